//! Platform objects: one data type for all of them, which knows its interface and holds that interface's Rust state.
//! <https://webidl.spec.whatwg.org/#dfn-platform-object>

use crate::{Cx, Error, Fallible, Interface, realm};
use boa_engine::{JsData, JsObject, JsValue};
use boa_gc::{Finalize, Gc, Trace};
use std::{any::Any, fmt, ops::Deref};

/// The Rust state of an interface. Everything here but the implementation of the interface's own trait is generated.
pub trait DomObject: Trace + Sized + 'static {
    /// The interface.
    const INTERFACE: &'static Interface;
}

/// Every ancestor's state is part of a state.
pub trait Inherits<P: DomObject>: DomObject {
    /// The ancestor's part.
    fn ancestor(&self) -> &Gc<P>;
}

/// A state behind a pointer that does not tell its type.
trait State: Trace {
    /// The `Gc<T>` itself.
    fn as_any(&self) -> &dyn Any;
}

impl<T: DomObject> State for Gc<T> {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The data of every platform object.
#[derive(Trace, Finalize, JsData)]
pub(crate) struct PlatformObject {
    #[unsafe_ignore_trace]
    interface: &'static Interface,
    state: Box<dyn State>,
}

impl PlatformObject {
    pub(crate) fn new<T: DomObject>(state: Gc<T>) -> Self {
        Self {
            interface: T::INTERFACE,
            state: Box::new(state),
        }
    }

    /// The state for `T`, if the object implements `T`'s interface.
    fn state<T: DomObject>(&self) -> Option<Gc<T>> {
        let mut interface = self.interface;
        let mut state = self.state.as_any();
        while !std::ptr::eq(interface, T::INTERFACE) {
            state = (interface.upcast?)(state)?;
            interface = interface.parent?;
        }
        state.downcast_ref::<Gc<T>>().cloned()
    }
}

/// The interface that an object implements, if it is a platform object.
pub fn interface_of(object: &JsObject) -> Option<&'static Interface> {
    object
        .downcast_ref::<PlatformObject>()
        .map(|platform| platform.interface)
}

/// Whether an object implements an interface: <https://webidl.spec.whatwg.org/#implements>.
pub(crate) fn implements(object: &JsObject, interface: &'static Interface) -> bool {
    let mut next = interface_of(object);
    while let Some(found) = next {
        if std::ptr::eq(found, interface) {
            return true;
        }
        next = found.parent;
    }
    false
}

/// A JavaScript object that implements `T`'s interface, with its state at hand.
#[derive(Trace, Finalize)]
pub struct Js<T: DomObject> {
    object: JsObject,
    state: Gc<T>,
}

impl<T: DomObject> Js<T> {
    /// A new object of the current realm.
    pub fn new(state: T, cx: &mut Cx) -> Self {
        let prototype = realm::prototype(T::INTERFACE, cx);
        Self::with_prototype(state, prototype, cx)
    }

    fn with_prototype(state: T, prototype: Option<JsObject>, cx: &mut Cx) -> Self {
        let state = Gc::new(state);
        let object = JsObject::from_proto_and_data(prototype, PlatformObject::new(state.clone()));
        realm::define_unforgeables(&object, T::INTERFACE, cx);
        Self { object, state }
    }

    /// The object, if it implements the interface.
    pub fn from_object(object: &JsObject) -> Option<Self> {
        let state = object.downcast_ref::<PlatformObject>()?.state::<T>()?;
        Some(Self {
            object: object.clone(),
            state,
        })
    }

    /// The value, if it is an object that implements the interface.
    pub fn from_value(value: &JsValue) -> Fallible<Self> {
        value
            .as_object()
            .and_then(|object| Self::from_object(&object))
            .ok_or_else(|| Error::Conversion(format!("is not of type '{}'.", T::INTERFACE.name)))
    }

    /// Whether the value is an object that implements the interface.
    pub fn is(value: &JsValue) -> bool {
        value
            .as_object()
            .is_some_and(|object| Self::from_object(&object).is_some())
    }

    /// The JavaScript object.
    pub fn object(&self) -> &JsObject {
        &self.object
    }

    /// The state, shared.
    pub fn state(&self) -> &Gc<T> {
        &self.state
    }

    /// The same object as what it inherits from.
    pub fn upcast<P: DomObject>(&self) -> Js<P>
    where
        T: Inherits<P>,
    {
        Js {
            object: self.object.clone(),
            state: self.state.ancestor().clone(),
        }
    }

    /// The same object as one of a more special interface, if it is one.
    pub fn downcast<D: DomObject>(&self) -> Option<Js<D>> {
        Js::from_object(&self.object)
    }
}

impl<T: DomObject> Clone for Js<T> {
    fn clone(&self) -> Self {
        Self {
            object: self.object.clone(),
            state: self.state.clone(),
        }
    }
}

impl<T: DomObject> Deref for Js<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.state
    }
}

impl<T: DomObject> PartialEq for Js<T> {
    fn eq(&self, other: &Self) -> bool {
        JsObject::equals(&self.object, &other.object)
    }
}

impl<T: DomObject> fmt::Debug for Js<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[object {}]", T::INTERFACE.name)
    }
}

/// An object under construction: knows the prototype that `new.target` asks for.
#[derive(Debug)]
pub struct New<'p, T> {
    prototype: &'p Option<JsObject>,
    marker: std::marker::PhantomData<T>,
}

impl<'p, T: DomObject> New<'p, T> {
    /// An object that is to have this prototype.
    pub fn with_prototype(prototype: &'p Option<JsObject>) -> Self {
        Self {
            prototype,
            marker: std::marker::PhantomData,
        }
    }

    /// The object, with its state.
    pub fn object(self, state: T, cx: &mut Cx) -> Js<T> {
        Js::with_prototype(state, self.prototype.clone(), cx)
    }
}
