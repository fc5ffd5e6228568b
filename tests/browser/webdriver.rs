//! As much of WebDriver as it takes to open pages and to ask them.
//!
//! <https://w3c.github.io/webdriver/>

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

/// How long the driver may take for what does not wait for a page.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why the browser could not be made to do something.
#[derive(Debug, Error)]
pub enum DriverError {
    /// The driver does not answer, or not as WebDriver has it.
    #[error("could not {what}: no answer of the driver: {cause}")]
    Silent { what: String, cause: String },
    /// The driver says that it did not work.
    #[error("could not {what}: {error}: {message}")]
    Refused {
        what: String,
        error: String,
        message: String,
    },
}

impl DriverError {
    /// Whether all is well but the page, which does not load or does not answer.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Refused { error, .. } if error == "timeout" || error == "script timeout")
    }
}

/// Sends commands to a driver.
#[derive(Debug)]
struct Commands {
    runtime: Runtime,
    driver: SocketAddr,
    /// What the paths of all commands start with.
    base: String,
}

impl Commands {
    fn send(
        &self,
        what: &str,
        method: Method,
        path: &str,
        body: &Value,
        patience: Duration,
    ) -> Result<Value, DriverError> {
        let silent = |cause: String| DriverError::Silent {
            what: what.to_owned(),
            cause,
        };
        let exchange = async {
            let body = if body.is_null() {
                String::new()
            } else {
                body.to_string()
            };
            tokio::time::timeout(patience, self.exchange(method, path, body))
                .await
                .unwrap_or_else(|elapsed| Err(Box::new(elapsed)))
        };
        let answer = self.runtime.block_on(exchange);
        let (is_success, body) = answer.map_err(|error| silent(error.to_string()))?;
        let mut body: Value = serde_json::from_slice(&body).map_err(|error| silent(error.to_string()))?;
        let value = body["value"].take();
        let text = |member: &str| value[member].as_str().unwrap_or_default().to_owned();
        match is_success {
            true => Ok(value),
            false => Err(DriverError::Refused {
                what: what.to_owned(),
                error: text("error"),
                message: text("message"),
            }),
        }
    }

    /// Whether the answer tells of success, and its body.
    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: String,
    ) -> Result<(bool, Bytes), Box<dyn std::error::Error>> {
        let stream = TcpStream::connect(self.driver).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // It ends with its sender; what goes wrong with it, the sender says too.
        let _connected = tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(HOST, self.driver.to_string())
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))?;
        let response = sender.send_request(request).await?;
        let is_success = response.status().is_success();
        Ok((is_success, response.into_body().collect().await?.to_bytes()))
    }

    fn get(&self, what: &str, path: &str) -> Result<Value, DriverError> {
        self.send(what, Method::GET, path, &Value::Null, PATIENCE)
    }

    fn post(&self, what: &str, path: &str, body: &Value, patience: Duration) -> Result<Value, DriverError> {
        self.send(what, Method::POST, path, body, patience)
    }

    fn delete(&self, what: &str, path: &str) -> Result<Value, DriverError> {
        self.send(what, Method::DELETE, path, &Value::Null, PATIENCE)
    }
}

/// A browser of one's own. It ends when this goes out of scope.
#[derive(Debug)]
pub struct Session {
    commands: Commands,
    /// The window that stays open, because a browser without one ends.
    first_window: Value,
    /// How long a page may take to load, and then a script to answer.
    patience: Duration,
}

impl Session {
    /// Starts a browser by the driver at `driver`. `options` are those of this kind of browser; a
    /// page may take as long as `patience` to load, and then a script in it to answer.
    pub fn new(driver: SocketAddr, options: &Value, patience: Duration) -> Result<Self, DriverError> {
        let what = "start a browser";
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error: io::Error| DriverError::Silent {
            what: what.to_owned(),
            cause: error.to_string(),
        })?;
        let mut commands = Commands {
            runtime,
            driver,
            base: "/session".to_owned(),
        };
        let milliseconds = patience.as_millis();
        let mut wanted = options.clone();
        wanted["timeouts"] = json!({ "pageLoad": milliseconds, "script": milliseconds });
        wanted["unhandledPromptBehavior"] = json!("dismiss");
        let body = json!({ "capabilities": { "alwaysMatch": wanted } });
        let started = commands.post(what, "", &body, PATIENCE)?;
        commands.base = format!("/session/{}", started["sessionId"].as_str().unwrap_or_default());
        let mut session = Self {
            commands,
            first_window: Value::Null,
            patience,
        };
        session.first_window = session.commands.get("find the first window", "/window")?;
        Ok(session)
    }

    /// Opens `url` in a window of its own, where `listener` runs before the scripts of each
    /// document, and gives what `script` there gives in the end. WebDriver's way: the script is the
    /// body of a function whose last argument is to be called with the result.
    pub fn visit(&self, url: &str, listener: &str, script: &str) -> Result<Value, DriverError> {
        let window = self.post("open a window", "/window/new", &json!({ "type": "tab" }))?;
        self.post(
            "turn to the new window",
            "/window",
            &json!({ "handle": window["handle"] }),
        )?;
        let inject = json!({ "cmd": "Page.addScriptToEvaluateOnNewDocument", "params": { "source": listener } });
        self.post("inject the listener", "/goog/cdp/execute", &inject)?;
        self.post("open the page", "/url", &json!({ "url": url }))?;
        let ask = json!({ "script": script, "args": [] });
        let result = self.post("ask the page", "/execute/async", &ask)?;
        // Windows that the page has opened go too.
        loop {
            let left = self.commands.delete("close the window", "/window")?;
            let left = left.as_array().map(Vec::as_slice).unwrap_or_default();
            let other = left.iter().find(|handle| **handle != self.first_window);
            let next = other.unwrap_or(&self.first_window);
            self.post("turn to another window", "/window", &json!({ "handle": next }))?;
            if other.is_none() {
                return Ok(result);
            }
        }
    }

    fn post(&self, what: &str, path: &str, body: &Value) -> Result<Value, DriverError> {
        self.commands.post(what, path, body, self.patience + PATIENCE)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A browser that does not listen any more ends with its driver.
        let _ended = self.commands.delete("end the browser", "");
    }
}
