//! Platform objects: one data type for all of them, which knows its interface and holds that interface's Rust state.
//! <https://webidl.spec.whatwg.org/#dfn-platform-object>

use crate::{
    Cx, Error, Fallible, Interface,
    interface_object::InterfaceObjects,
    realm::{self, Bindings},
};
use boa_engine::{JsData, JsObject, JsValue};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};
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

    /// Of a global object: what its realm keeps, once it has its interfaces.
    fn bindings(&self) -> Option<&GcRefCell<Option<Gc<Bindings>>>> {
        None
    }

    /// Of an object with `[[ErrorData]]`.
    fn error_data(&self) -> Option<&ErrorData> {
        None
    }
}

impl<T: DomObject> State for Gc<T> {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The state of a global object.
#[derive(Trace, Finalize)]
struct GlobalState<T: DomObject> {
    state: Gc<T>,
    bindings: GcRefCell<Option<Gc<Bindings>>>,
}

impl<T: DomObject> State for GlobalState<T> {
    fn as_any(&self) -> &dyn Any {
        &self.state
    }

    fn bindings(&self) -> Option<&GcRefCell<Option<Gc<Bindings>>>> {
        Some(&self.bindings)
    }
}

/// The state of an object with `[[ErrorData]]`.
#[derive(Trace, Finalize)]
struct ErrorState<T: DomObject> {
    state: Gc<T>,
    error_data: ErrorData,
}

/// What stands in for `[[ErrorData]]`, which only the engine's own errors have.
#[derive(Clone, Trace, Finalize)]
pub(crate) struct ErrorData {
    /// An error of the engine, which knows where it was made.
    pub error: JsObject,
    /// A constructor made it, which is the innermost function that the error knows of.
    pub constructed: bool,
}

impl<T: DomObject> State for ErrorState<T> {
    fn as_any(&self) -> &dyn Any {
        &self.state
    }

    fn error_data(&self) -> Option<&ErrorData> {
        Some(&self.error_data)
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
    fn new<T: DomObject>(state: Gc<T>) -> Self {
        Self {
            interface: T::INTERFACE,
            state: Box::new(state),
        }
    }

    /// A global object, whose realm has no interfaces yet.
    pub(crate) fn new_global<T: DomObject>(state: Gc<T>) -> Self {
        let bindings = GcRefCell::default();
        Self {
            interface: T::INTERFACE,
            state: Box::new(GlobalState { state, bindings }),
        }
    }

    /// An object with `[[ErrorData]]`: <https://webidl.spec.whatwg.org/#js-DOMException-specialness>.
    fn new_error<T: DomObject>(state: Gc<T>, constructed: bool, cx: &mut Cx) -> Self {
        let constructor = cx.intrinsics().constructors().error().constructor();
        let Ok(error) = constructor.construct(&[], None, cx) else {
            // The stack is used up, or the isolate ends.
            return Self::new(state);
        };
        let error_data = ErrorData { error, constructed };
        Self {
            interface: T::INTERFACE,
            state: Box::new(ErrorState { state, error_data }),
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

/// What the realm of a global object keeps; none if it has no interfaces yet, or the object is no global.
pub(crate) fn bindings_of(global: &JsObject) -> Option<Gc<Bindings>> {
    let platform = global.downcast_ref::<PlatformObject>()?;
    platform.state.bindings()?.borrow().clone()
}

/// Whether an object is a global object.
pub(crate) fn is_global(object: &JsObject) -> bool {
    let platform = object.downcast_ref::<PlatformObject>();
    platform.is_some_and(|platform| platform.state.bindings().is_some())
}

/// Lets a global object know what its realm keeps.
pub(crate) fn set_bindings(global: &JsObject, bindings: &Gc<Bindings>) {
    if let Some(platform) = global.downcast_ref::<PlatformObject>()
        && let Some(slot) = platform.state.bindings()
    {
        *slot.borrow_mut() = Some(bindings.clone());
    }
}

/// Where an object with `[[ErrorData]]` was made, if it is known.
pub(crate) fn error_data(object: &JsObject) -> Option<ErrorData> {
    let platform = object.downcast_ref::<PlatformObject>()?;
    platform.state.error_data().cloned()
}

/// The interface that an object implements, if it is a platform object.
pub fn interface_of(object: &JsObject) -> Option<&'static Interface> {
    object
        .downcast_ref::<PlatformObject>()
        .map(|platform| platform.interface)
}

/// Whether an object implements an interface: <https://webidl.spec.whatwg.org/#implements>.
pub(crate) fn implements(object: &JsObject, interface: &'static Interface) -> bool {
    interface_of(object).is_some_and(|found| found.inclusive_ancestors().any(|it| std::ptr::eq(it, interface)))
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
        let objects = realm::objects(T::INTERFACE, cx);
        let prototype = objects.as_ref().map(|objects| objects.prototype.clone());
        Self::create(state, prototype, objects.as_deref(), false, cx)
    }

    fn create(
        state: T,
        prototype: Option<JsObject>,
        objects: Option<&InterfaceObjects>,
        constructed: bool,
        cx: &mut Cx,
    ) -> Self {
        let state = Gc::new(state);
        let data = if T::INTERFACE.error_data {
            PlatformObject::new_error(state.clone(), constructed, cx)
        } else {
            PlatformObject::new(state.clone())
        };
        // With a shape of its own for each object, to make one would cost twice as much, and no cache would know it again.
        let object = JsObject::new(cx.root_shape(), prototype, data).upcast();
        if let Some(objects) = objects {
            objects.define_unforgeables(&object);
        }
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
        let objects = realm::objects(T::INTERFACE, cx);
        Js::create(state, self.prototype.clone(), objects.as_deref(), true, cx)
    }
}
