//! Stands in for the web platform until it is linked: it opens no page.
#![expect(dead_code, clippy::unused_self, reason = "only the signatures matter")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone)]
pub(crate) struct UserAgent;

pub(crate) struct UserAgentOptions {
    pub hosts: Vec<(String, SocketAddr)>,
    pub console: Arc<dyn Fn(ConsoleMessage) + Send + Sync>,
}

#[derive(Debug, thiserror::Error)]
#[error("no engine linked")]
pub(crate) struct StartError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConsoleLevel {
    Debug,
    Log,
    Info,
    Warn,
    Error,
}

pub(crate) struct ConsoleMessage {
    pub level: ConsoleLevel,
    pub text: String,
    pub location: String,
}

impl UserAgent {
    pub fn new(_options: UserAgentOptions) -> Result<Self, StartError> {
        Err(StartError)
    }

    pub fn open_page(&self, _url: url::Url, _options: PageOptions) -> Result<Page, StartError> {
        Err(StartError)
    }
}

pub(crate) struct PageOptions {
    pub host_scripts: Vec<HostScript>,
}

pub(crate) struct HostScript {
    pub path: String,
    pub source: String,
    pub callback: Arc<dyn Fn(Vec<HostValue>) + Send + Sync>,
}

pub(crate) enum HostValue {
    Undefined,
    Null,
    Boolean(bool),
    Number(f64),
    String(String),
    Other,
}

pub(crate) struct Page;

impl Page {
    pub fn wait_idle(&self, _timeout: Option<Duration>) -> PageState {
        PageState::Idle
    }

    pub fn uncaught_errors(&self) -> usize {
        0
    }
}

pub(crate) enum PageState {
    Idle,
    TimedOut,
    LoadFailed(String),
    Crashed(String),
}
