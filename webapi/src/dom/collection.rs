//! Lists of nodes that follow the tree: <https://dom.spec.whatwg.org/#old-style-collections>.
//!
//! The engine lets no object of ours answer for its own properties, so a list's indices are plain properties, which are brought
//! up to date when a script gets the list and when it asks for `length` or an item. Between those a list may be behind the tree.

use super::tree::{self, Node};
use crate::binding::{Cx, DomObject, Fallible, Js};
use boa_engine::{JsObject, JsString, JsSymbol, JsValue, js_string, property::PropertyDescriptor};
use boa_gc::{Finalize, Gc, Trace};
use std::cell::Cell;

/// What a list lists, below its root.
#[derive(Debug, Clone, Trace, Finalize)]
pub(super) enum Filter {
    /// The children.
    Children,
    /// The children that are elements.
    ChildElements,
    /// <https://dom.spec.whatwg.org/#concept-getelementsbytagname>: the name as given and in lower case.
    TagName(#[unsafe_ignore_trace] String, #[unsafe_ignore_trace] String),
    /// <https://dom.spec.whatwg.org/#concept-getelementsbyclassname>
    Classes(#[unsafe_ignore_trace] Vec<String>),
}

/// The state of a list.
#[derive(Debug, Trace, Finalize)]
pub(super) struct Collection {
    root: Gc<Node>,
    filter: Filter,
    /// How many indices are properties now.
    shown: Cell<usize>,
}

impl Collection {
    pub fn new(root: Gc<Node>, filter: Filter) -> Self {
        Self {
            root,
            filter,
            shown: Cell::default(),
        }
    }

    /// What is in the list now.
    pub fn nodes(&self) -> Vec<Gc<Node>> {
        match &self.filter {
            Filter::Children => tree::children(&self.root),
            Filter::ChildElements => {
                let mut children = tree::children(&self.root);
                children.retain(|child| child.is_element());
                children
            }
            Filter::TagName(name, lower) => tree::descendants(&self.root)
                .filter(|node| {
                    node.as_element().is_some_and(|element| {
                        name == "*" || element.qualified_name() == *if element.is_html() { lower } else { name }
                    })
                })
                .collect(),
            Filter::Classes(classes) => tree::descendants(&self.root)
                .filter(|node| {
                    !classes.is_empty()
                        && node.as_element().is_some_and(|element| {
                            let own = element.value("class").unwrap_or_default().to_std_string_lossy();
                            let own: Vec<&str> = own.split_ascii_whitespace().collect();
                            classes.iter().all(|class| own.contains(&class.as_str()))
                        })
                })
                .collect(),
        }
    }

    /// Brings the indices of the list's object up to date; returns what is in it.
    pub fn refresh<T: DomObject>(&self, object: &Js<T>, cx: &mut Cx) -> Fallible<Vec<Gc<Node>>> {
        let nodes = self.nodes();
        let objects: Vec<_> = nodes.iter().map(|node| tree::wrap(node, cx).object().clone()).collect();
        show(object, objects, cx)?;
        for surplus in nodes.len()..self.shown.get() {
            object.object().delete_property_or_throw(surplus, cx)?;
        }
        self.shown.set(nodes.len());
        Ok(nodes)
    }
}

/// Makes what is in a list the indexed properties of the list's object.
pub(crate) fn show<T: DomObject>(list: &Js<T>, objects: Vec<JsObject>, cx: &mut Cx) -> Fallible<()> {
    for (index, object) in objects.into_iter().enumerate() {
        let property = PropertyDescriptor::builder()
            .value(object)
            .writable(false)
            .enumerable(true)
            .configurable(true);
        list.object().define_property_or_throw(index, property, cx)?;
    }
    Ok(())
}

/// Gives a list's object what all lists with indices have: the iteration of an array.
/// <https://webidl.spec.whatwg.org/#js-iterator>
pub(crate) fn finish<T: DomObject>(object: &Js<T>, methods: &[&str], cx: &mut Cx) -> Fallible<()> {
    let array = cx.intrinsics().constructors().array().prototype();
    // The function itself: a script may have replaced the property.
    let values = JsValue::from(cx.intrinsics().objects().array_prototype_values());
    let hidden = |value| {
        PropertyDescriptor::builder()
            .value(value)
            .writable(true)
            .enumerable(false)
            .configurable(true)
    };
    let target = object.object();
    target.define_property_or_throw(JsSymbol::iterator(), hidden(values), cx)?;
    for name in methods {
        let method = array.get(js_string!(*name), cx)?;
        target.define_property_or_throw(js_string!(*name), hidden(method), cx)?;
    }
    Ok(())
}

/// The filter for a tag's name.
pub(super) fn by_tag_name(name: &JsString) -> Filter {
    let name = name.to_std_string_lossy();
    let lower = name.to_ascii_lowercase();
    Filter::TagName(name, lower)
}

/// The filter for class names, separated by white space.
pub(super) fn by_classes(names: &JsString) -> Filter {
    let names = names.to_std_string_lossy();
    Filter::Classes(names.split_ascii_whitespace().map(str::to_owned).collect())
}
