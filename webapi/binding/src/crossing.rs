//! Platform objects that cross from one heap to another.
//! <https://html.spec.whatwg.org/multipage/structured-data.html>

use crate::{Cx, DomObject, Error, Fallible, Interface, Js, object, realm};
use boa_engine::{JsError, JsObject, JsResult};
use std::{any::Any, fmt, sync::Arc};

/// An interface with `[Serializable]`: <https://html.spec.whatwg.org/multipage/structured-data.html#serializable-objects>.
///
/// Neither step may run script.
pub trait Serializable: DomObject {
    /// What an object is outside of every heap.
    type Serialized: Send + Sync + 'static;

    /// The [serialization steps](https://html.spec.whatwg.org/multipage/structured-data.html#serialization-steps).
    ///
    /// # Errors
    /// Whatever the steps throw.
    fn serialize(this: &Js<Self>, cx: &mut Cx) -> Fallible<Self::Serialized>;

    /// A new object of the current realm, after the
    /// [deserialization steps](https://html.spec.whatwg.org/multipage/structured-data.html#deserialization-steps).
    ///
    /// # Errors
    /// Whatever the steps throw.
    fn deserialize(serialized: &Self::Serialized, cx: &mut Cx) -> Fallible<Js<Self>>;
}

/// An interface with `[Transferable]`: <https://html.spec.whatwg.org/multipage/structured-data.html#transferable-objects>.
pub trait Transferable: DomObject {
    /// What an object leaves behind when it is transferred.
    type Transferred: Send + 'static;

    /// `[[Detached]]`.
    fn is_detached(this: &Js<Self>) -> bool;

    /// The [transfer steps](https://html.spec.whatwg.org/multipage/structured-data.html#transfer-steps); afterwards the object is
    /// detached.
    ///
    /// # Errors
    /// Whatever the steps throw; the object is not detached then.
    fn transfer(this: &Js<Self>, cx: &mut Cx) -> Fallible<Self::Transferred>;

    /// A new object of the current realm, after the
    /// [transfer-receiving steps](https://html.spec.whatwg.org/multipage/structured-data.html#transfer-receiving-steps).
    ///
    /// # Errors
    /// Whatever the steps throw.
    fn receive(transferred: Self::Transferred, cx: &mut Cx) -> Fallible<Js<Self>>;
}

/// How an interface is [`Serializable`], in its table.
#[derive(Debug)]
pub struct Serialization {
    serialize: fn(&JsObject, &mut Cx) -> Fallible<Arc<dyn Any + Send + Sync>>,
    deserialize: fn(&(dyn Any + Send + Sync), &mut Cx) -> Fallible<JsObject>,
}

impl Serialization {
    /// That of `T`.
    pub const fn of<T: Serializable>() -> Self {
        Self {
            serialize: |object, cx| {
                let this = Js::<T>::from_object(object).ok_or_else(|| stranger(T::INTERFACE))?;
                Ok(Arc::new(T::serialize(&this, cx)?))
            },
            deserialize: |serialized, cx| {
                let serialized = serialized.downcast_ref().ok_or_else(|| stranger(T::INTERFACE))?;
                Ok(T::deserialize(serialized, cx)?.object().clone())
            },
        }
    }
}

/// How an interface is [`Transferable`], in its table.
#[derive(Debug)]
pub struct Transfer {
    is_detached: fn(&JsObject) -> bool,
    transfer: fn(&JsObject, &mut Cx) -> Fallible<Box<dyn Any + Send>>,
    receive: fn(Box<dyn Any + Send>, &mut Cx) -> Fallible<JsObject>,
}

impl Transfer {
    /// That of `T`.
    pub const fn of<T: Transferable>() -> Self {
        Self {
            is_detached: |object| Js::<T>::from_object(object).is_some_and(|this| T::is_detached(&this)),
            transfer: |object, cx| {
                let this = Js::<T>::from_object(object).ok_or_else(|| stranger(T::INTERFACE))?;
                Ok(Box::new(T::transfer(&this, cx)?))
            },
            receive: |transferred, cx| match transferred.downcast::<T::Transferred>() {
                Ok(transferred) => Ok(T::receive(*transferred, cx)?.object().clone()),
                Err(_) => Err(stranger(T::INTERFACE)),
            },
        }
    }
}

fn stranger(interface: &'static Interface) -> Error {
    Error::Dom("DataCloneError", format!("The value is no {}.", interface.name))
}

/// A serialised platform object, in no heap.
#[derive(Clone)]
pub struct SerializedObject {
    interface: &'static Interface,
    state: Arc<dyn Any + Send + Sync>,
}

impl fmt::Debug for SerializedObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SerializedObject({})", self.interface.name)
    }
}

impl SerializedObject {
    /// Serialises a platform object by its primary interface; none if that is not serializable. Steps 19.2 to 19.4 and 26.3 of
    /// <https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeinternal>.
    ///
    /// # Errors
    /// Whatever its serialization steps throw.
    pub fn of(object: &JsObject, cx: &mut Cx) -> Option<JsResult<Self>> {
        let interface = object::interface_of(object)?;
        let steps = interface.serialization.as_ref()?;
        let state = (steps.serialize)(object, cx).map_err(|error| error.into_plain_js(cx));
        Some(state.map(|state| Self { interface, state }))
    }

    /// The object again, in the current realm. Steps 22 and 24.4 of
    /// <https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserialize>.
    ///
    /// # Errors
    /// A `DataCloneError` if the interface is not exposed there, or whatever its deserialization steps throw.
    pub fn object(&self, cx: &mut Cx) -> JsResult<JsObject> {
        make(self.interface, cx, |cx| {
            let steps = self.interface.serialization.as_ref();
            (steps.ok_or_else(|| stranger(self.interface))?.deserialize)(&*self.state, cx)
        })
    }
}

/// A transferred platform object, in no heap.
pub struct TransferredObject {
    interface: &'static Interface,
    state: Box<dyn Any + Send>,
}

impl fmt::Debug for TransferredObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransferredObject({})", self.interface.name)
    }
}

impl TransferredObject {
    /// Transfers a platform object. Step 5.5 of
    /// <https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializewithtransfer>.
    ///
    /// # Errors
    /// A `DataCloneError` if it is not transferable, or whatever its transfer steps throw.
    pub fn of(object: &JsObject, cx: &mut Cx) -> JsResult<Self> {
        let transfer = |cx: &mut Cx| {
            let Some((interface, steps)) = transfer_of(object) else {
                let text = "The value cannot be transferred.".to_owned();
                return Err(Error::Dom("DataCloneError", text));
            };
            let state = (steps.transfer)(object, cx)?;
            Ok(Self { interface, state })
        };
        transfer(cx).map_err(|error| error.into_plain_js(cx))
    }

    /// What an object of this interface has left behind, where nobody will receive it; none if it is of another interface.
    pub fn into_state<T: Transferable>(self) -> Option<T::Transferred> {
        self.state.downcast().ok().map(|state| *state)
    }

    /// The object again, in the current realm. Step 3.4 of
    /// <https://html.spec.whatwg.org/multipage/structured-data.html#structureddeserializewithtransfer>.
    ///
    /// # Errors
    /// A `DataCloneError` if the interface is not exposed there, or whatever its transfer-receiving steps throw.
    pub fn receive(self, cx: &mut Cx) -> JsResult<JsObject> {
        let Self { interface, state } = self;
        make(interface, cx, |cx| {
            let steps = interface.transfer.as_ref();
            (steps.ok_or_else(|| stranger(interface))?.receive)(state, cx)
        })
    }
}

/// Whether an object is a platform object that can be transferred.
pub fn is_transferable(object: &JsObject) -> bool {
    transfer_of(object).is_some()
}

/// The value of an object's `[[Detached]]` slot; false without one.
pub fn is_detached(object: &JsObject) -> bool {
    transfer_of(object).is_some_and(|(_, steps)| (steps.is_detached)(object))
}

fn transfer_of(object: &JsObject) -> Option<(&'static Interface, &'static Transfer)> {
    let interface = object::interface_of(object)?;
    Some((interface, interface.transfer.as_ref()?))
}

/// What `steps` make, where the interface is exposed.
fn make(
    interface: &'static Interface,
    cx: &mut Cx,
    steps: impl FnOnce(&mut Cx) -> Fallible<JsObject>,
) -> JsResult<JsObject> {
    if !realm::exposes_interface(interface, cx) {
        let text = format!("{} is not exposed here, and cannot be received.", interface.name);
        return Err::<_, JsError>(realm::dom_exception("DataCloneError", &text, cx));
    }
    steps(cx).map_err(|error| error.into_plain_js(cx))
}
