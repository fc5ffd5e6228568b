//! A realm with interfaces: how it gets them, and how what runs in it finds them.

use crate::{
    Cx, DomObject, Exposure, Interface, Interfaces, Js,
    interface::Member,
    interface_object::{self, InterfaceObjects},
    lazy::{self, LazyProperties, LazyValue},
    object::{self, PlatformObject},
    originals::Originals,
    realms, reflection,
};
use boa_engine::{JsData, JsError, JsNativeError, JsObject, JsResult, context::intrinsics::Intrinsics, js_string};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};

/// What a realm keeps of the interfaces that are exposed in it.
#[derive(Trace, Finalize)]
pub(crate) struct Bindings {
    #[unsafe_ignore_trace]
    all: &'static Interfaces,
    #[unsafe_ignore_trace]
    kind: Exposure,
    secure_context: bool,
    /// The interface of the global object.
    #[unsafe_ignore_trace]
    global: &'static Interface,
    /// Those made so far, in the order of `all`.
    interfaces: GcRefCell<Vec<Option<Gc<InterfaceObjects>>>>,
    /// The global object's properties.
    pub lazy: LazyProperties,
}

/// The realm's own slot for its bindings.
#[derive(Trace, Finalize, JsData)]
struct Slot(Gc<Bindings>);

impl Bindings {
    /// The current realm's; none before its interfaces are installed.
    pub fn of(cx: &Cx) -> Option<Gc<Self>> {
        cx.realm().host_defined().get::<Slot>().map(|slot| slot.0.clone())
    }

    /// Whether what is so exposed is exposed in this realm: <https://webidl.spec.whatwg.org/#dfn-exposed>.
    pub fn exposes(&self, exposure: Exposure, secure_only: bool) -> bool {
        exposure.meets(self.kind) && (self.secure_context || !secure_only)
    }

    /// Whether the global object implements the interface.
    pub fn is_of_global(&self, interface: &'static Interface) -> bool {
        self.global.inclusive_ancestors().any(|it| std::ptr::eq(it, interface))
    }
}

/// A global object for a realm that is about to be made: the answer to `HostHooks::create_global_object`.
pub fn global_object<T: DomObject>(state: Gc<T>, intrinsics: &Intrinsics) -> JsObject {
    let prototype = intrinsics.constructors().object().prototype();
    JsObject::from_proto_and_data(prototype, PlatformObject::new_global(state))
}

/// Gives the current realm its interfaces, its namespaces and the members of its global object, which implements `T`.
///
/// The interfaces of the global object are made at once, all others when they are first asked for, by a script or by
/// [`Js::new`]; nothing tells a script the difference.
///
/// # Errors
/// If the realm's global object is not one that [`global_object`] made for `T`, or the engine lacks a built-in function.
pub fn install<T: DomObject>(
    all: &'static Interfaces,
    kind: Exposure,
    secure_context: bool,
    cx: &mut Cx,
) -> JsResult<Js<T>> {
    let global = cx.global_object();
    let js = Js::from_object(&global)
        .ok_or_else(|| JsNativeError::typ().with_message("the realm's global object is of another interface"))?;
    Originals::keep(cx)?;
    let bindings = Gc::new(Bindings {
        all,
        kind,
        secure_context,
        global: T::INTERFACE,
        interfaces: GcRefCell::new(vec![None; all.interfaces.len()]),
        lazy: LazyProperties::default(),
    });
    cx.realm().host_defined_mut().insert(Slot(bindings.clone()));
    object::set_bindings(&global, &bindings);
    realms::register(cx)?;
    for &interface in all.interfaces {
        if interface.hidden || !bindings.exposes(interface.exposed, interface.secure_context) {
            continue;
        }
        let aliases = interface.window_aliases.iter().filter(|_| kind == Exposure::WINDOW);
        let made = match bindings.is_of_global(interface) {
            true => objects(interface, cx),
            false => None,
        };
        for name in [&interface.name].into_iter().chain(aliases) {
            let name = js_string!(*name);
            match &made {
                Some(objects) => interface_object::define_hidden(&global, name, objects.constructor.clone()),
                None => lazy::define(&global, name, LazyValue::Interface(interface), &bindings, cx),
            }
        }
    }
    for namespace in all.namespaces {
        if bindings.exposes(namespace.exposed, namespace.secure_context) {
            let name = js_string!(namespace.name);
            lazy::define(&global, name, LazyValue::Namespace(namespace), &bindings, cx);
        }
    }
    // The global object itself: its prototype, and the members that are its own.
    global.set_prototype(prototype(T::INTERFACE, cx));
    for interface in T::INTERFACE.inclusive_ancestors() {
        interface_object::define_on_global(&global, interface, &bindings, cx);
    }
    reflection::install(cx);
    Ok(js)
}

/// The current realm's objects of an interface, made now if they are not there yet; none if it is not exposed there.
pub(crate) fn objects(interface: &'static Interface, cx: &mut Cx) -> Option<Gc<InterfaceObjects>> {
    let bindings = Bindings::of(cx)?;
    if let Some(objects) = bindings.interfaces.borrow().get(interface.index)? {
        return Some(objects.clone());
    }
    if !bindings.exposes(interface.exposed, interface.secure_context) {
        return None;
    }
    // Nothing can refuse properties to new objects.
    let objects = Gc::new(interface_object::create(interface, &bindings, cx).ok()?);
    *bindings.interfaces.borrow_mut().get_mut(interface.index)? = Some(objects.clone());
    Some(objects)
}

/// The current realm's prototype object of an interface; none if it is not exposed there.
pub(crate) fn prototype(interface: &'static Interface, cx: &mut Cx) -> Option<JsObject> {
    objects(interface, cx).map(|objects| objects.prototype.clone())
}

/// The same of the realm that has this `%Object.prototype%`.
pub(crate) fn prototype_beside(
    interface: &'static Interface,
    object_prototype: Option<JsObject>,
    cx: &mut Cx,
) -> Option<JsObject> {
    let Some(realm) = object_prototype.and_then(|prototype| realms::with_object_prototype(&prototype, cx)) else {
        return prototype(interface, cx);
    };
    let current = cx.enter_realm(realm);
    let found = prototype(interface, cx);
    cx.enter_realm(current);
    found
}

/// Whether the current realm's objects have the member, if they have the interface.
pub(crate) fn exposes(member: &Member, cx: &Cx) -> bool {
    Bindings::of(cx).is_some_and(|bindings| bindings.exposes(member.exposed, member.secure_context))
}

/// The current realm's prototype of an interface's iterators.
pub(crate) fn iterator_prototype(interface: &'static Interface, cx: &mut Cx) -> Option<JsObject> {
    objects(interface, cx).and_then(|objects| objects.iterators.clone())
}

/// Whether an interface is exposed in the current realm: <https://webidl.spec.whatwg.org/#dfn-exposed>.
pub(crate) fn exposes_interface(interface: &'static Interface, cx: &Cx) -> bool {
    Bindings::of(cx).is_some_and(|bindings| bindings.exposes(interface.exposed, interface.secure_context))
}

/// A `DOMException` of the current realm.
pub(crate) fn dom_exception(name: &str, message: &str, cx: &mut Cx) -> JsError {
    match Bindings::of(cx) {
        Some(bindings) => (bindings.all.dom_exception)(name, message, cx),
        None => JsNativeError::error().with_message(format!("{name}: {message}")).into(),
    }
}
