//! The drawing of <https://console.spec.whatwg.org/#table>.

use super::inspect;
use crate::binding::Cx;
use boa_engine::{JsObject, JsString, JsValue, property::PropertyKey};

/// Rows and columns beyond these are left out.
const MOST_ROWS: usize = 1000;
const MOST_COLUMNS: usize = 50;

/// A row for each property of `data`, a column for each property of those, or for each in `properties`.
pub(super) fn table(data: &JsObject, properties: Option<&[JsString]>, cx: &mut Cx) -> String {
    let mut columns: Vec<PropertyKey> = properties
        .unwrap_or_default()
        .iter()
        .cloned()
        .map(PropertyKey::from)
        .collect();
    let mut plain_values = false;
    let rows: Vec<(String, JsValue)> = inspect::own_keys(data, cx)
        .into_iter()
        .take(MOST_ROWS)
        .map(|key| {
            let value = inspect::own_property(data, &key).and_then(|property| property.value().cloned());
            (inspect::key_text(&key), value.unwrap_or_default())
        })
        .collect();
    for (_, value) in &rows {
        match value.as_object() {
            Some(object) if properties.is_none() => {
                for key in inspect::own_keys(&object, cx) {
                    if columns.len() < MOST_COLUMNS && !columns.contains(&key) {
                        columns.push(key);
                    }
                }
            }
            Some(_) => {}
            None => plain_values = true,
        }
    }
    // The head, then the rows.
    let mut head = vec!["(index)".to_owned()];
    head.extend(columns.iter().map(inspect::key_text));
    if plain_values {
        head.push("Values".to_owned());
    }
    let mut cells = vec![head];
    for (name, value) in rows {
        let mut row = vec![name];
        let object = value.as_object();
        row.extend(columns.iter().map(|key| {
            let property = object.as_ref().and_then(|object| inspect::own_property(object, key));
            property
                .and_then(|property| property.value().map(|value| inspect::inspect(value, cx)))
                .unwrap_or_default()
        }));
        if plain_values {
            row.push(object.map_or_else(|| inspect::inspect(&value, cx), |_| String::new()));
        }
        cells.push(row);
    }
    draw(&cells)
}

/// The cells with columns of one width each, a rule below the head.
fn draw(cells: &[Vec<String>]) -> String {
    let count = cells.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..count)
        .map(|column| {
            cells
                .iter()
                .filter_map(|row| Some(row.get(column)?.chars().count()))
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut lines: Vec<String> = cells
        .iter()
        .map(|row| {
            let padded: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, &width)| format!("{cell:width$}"))
                .collect();
            padded.join(" | ").trim_end().to_owned()
        })
        .collect();
    let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
    lines.insert(1.min(lines.len()), rule.join("-+-"));
    lines.join("\n")
}
