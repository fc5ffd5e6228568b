//! The interface objects of a realm: <https://webidl.spec.whatwg.org/#js-interfaces>.

use crate::{
    Cx, DomObject, Error, Exposure, Interface, Interfaces, Js,
    interface::{Member, MemberKind, Native},
    iteration,
    object::PlatformObject,
    realms,
};
use boa_engine::{
    JsData, JsError, JsNativeError, JsObject, JsResult, JsString, JsSymbol, JsValue, NativeFunction,
    context::intrinsics::Intrinsics, js_string, object::FunctionObjectBuilder, property::PropertyDescriptor,
};
use boa_gc::{Finalize, Gc, Trace};

/// What a realm keeps of each interface exposed in it.
#[derive(Trace, Finalize, JsData)]
struct Bindings {
    #[unsafe_ignore_trace]
    all: &'static Interfaces,
    #[unsafe_ignore_trace]
    kind: Exposure,
    secure_context: bool,
    /// In the order of `all`.
    interfaces: Vec<Option<Gc<InterfaceObjects>>>,
}

#[derive(Trace, Finalize)]
struct InterfaceObjects {
    constructor: JsObject,
    prototype: JsObject,
    iterators: Option<JsObject>,
    /// Name, getter or operation, setter: own properties of each instance.
    unforgeable: Vec<Unforgeable>,
}

#[derive(Trace, Finalize)]
struct Unforgeable {
    name: JsString,
    function: JsObject,
    setter: Option<JsObject>,
    accessor: bool,
}

/// A global object for a realm that is about to be made: the answer to `HostHooks::create_global_object`.
pub fn global_object<T: DomObject>(state: Gc<T>, intrinsics: &Intrinsics) -> JsObject {
    let prototype = intrinsics.constructors().object().prototype();
    JsObject::from_proto_and_data(prototype, PlatformObject::new(state))
}

/// Gives the current realm its interfaces, its namespaces and the members of its global object, which implements `T`.
///
/// # Errors
/// Only if the engine fails to define a property of a new object.
pub fn install<T: DomObject>(
    all: &'static Interfaces,
    kind: Exposure,
    secure_context: bool,
    cx: &mut Cx,
) -> JsResult<Js<T>> {
    let exposed = |exposure: Exposure, secure_only: bool| exposure.meets(kind) && (secure_context || !secure_only);
    let global = cx.global_object();
    let bindings = Bindings {
        all,
        kind,
        secure_context,
        interfaces: vec![None; all.interfaces.len()],
    };
    cx.realm().host_defined_mut().insert(bindings);
    realms::register(cx)?;
    for &interface in all.interfaces {
        if !exposed(interface.exposed, interface.secure_context) {
            continue;
        }
        let objects = create(interface, &exposed, cx)?;
        if !interface.hidden {
            hidden_value(&global, interface.name, objects.constructor.clone(), cx)?;
            if kind == Exposure::WINDOW {
                for alias in interface.window_aliases {
                    hidden_value(&global, alias, objects.constructor.clone(), cx)?;
                }
            }
        }
        if let Some(bindings) = cx.realm().host_defined_mut().get_mut::<Bindings>()
            && let Some(slot) = bindings.interfaces.get_mut(interface.index)
        {
            *slot = Some(Gc::new(objects));
        }
    }
    for namespace in all.namespaces {
        if !exposed(namespace.exposed, namespace.secure_context) {
            continue;
        }
        // NOTE: the console's prototype is an empty object: <https://console.spec.whatwg.org/#console-namespace>.
        let object = JsObject::with_object_proto(cx.intrinsics());
        let prototype = JsObject::with_object_proto(cx.intrinsics());
        object.set_prototype(Some(prototype));
        for member in namespace.members {
            if exposed(member.exposed, member.secure_context) {
                define_member(&object, Some(&object), member, cx)?;
            }
        }
        tag(&object, namespace.name, cx)?;
        hidden_value(&global, namespace.name, object, cx)?;
    }
    // The global object itself: its prototype, and the members that are its own.
    global.set_prototype(prototype(T::INTERFACE, cx));
    let mut next = Some(T::INTERFACE);
    while let Some(interface) = next {
        for member in interface.members {
            let own = interface.global || member.unforgeable;
            if own && exposed(member.exposed, member.secure_context) {
                define_member(&global, None, member, cx)?;
            }
        }
        next = interface.parent;
    }
    Js::from_object(&global).ok_or_else(|| {
        JsNativeError::typ()
            .with_message("the realm's global object is of another interface")
            .into()
    })
}

/// The interface object and the prototype: <https://webidl.spec.whatwg.org/#interface-object>.
fn create(
    interface: &'static Interface,
    exposed: &impl Fn(Exposure, bool) -> bool,
    cx: &mut Cx,
) -> JsResult<InterfaceObjects> {
    let parent = interface.parent.and_then(|parent| objects(parent, cx));
    let base = match &parent {
        Some(parent) => parent.prototype.clone(),
        // <https://webidl.spec.whatwg.org/#js-DOMException-specialness>
        None if interface.name == "DOMException" => cx.intrinsics().constructors().error().prototype(),
        None => cx.intrinsics().constructors().object().prototype(),
    };
    let prototype = JsObject::from_proto_and_data(base, boa_engine::builtins::object::OrdinaryObject);
    let (native, length) = interface.constructor.unwrap_or((illegal_constructor, 0));
    let constructor: JsObject = FunctionObjectBuilder::new(cx.realm(), NativeFunction::from_fn_ptr(native))
        .name(js_string!(interface.name))
        .length(length)
        .constructor(true)
        .build()
        .into();
    if let Some(parent) = &parent {
        constructor.set_prototype(Some(parent.constructor.clone()));
    }
    let property = PropertyDescriptor::builder()
        .value(prototype.clone())
        .writable(false)
        .enumerable(false)
        .configurable(false);
    constructor.define_property_or_throw(js_string!("prototype"), property, cx)?;
    hidden_value(&prototype, "constructor", constructor.clone(), cx)?;

    let mut unforgeable = Vec::new();
    for member in interface.members {
        if !exposed(member.exposed, member.secure_context) {
            continue;
        }
        if member.unforgeable && !interface.global {
            unforgeable.extend(unforgeable_member(member, cx));
        } else if !interface.global || !is_instance_member(member) {
            define_member(&prototype, Some(&constructor), member, cx)?;
        }
    }
    tag(&prototype, interface.name, cx)?;
    let iterators = iteration::define(&prototype, interface, cx)?;
    Ok(InterfaceObjects {
        constructor,
        prototype,
        iterators,
        unforgeable,
    })
}

/// The constructor of an interface that has none.
fn illegal_constructor(_: &JsValue, _: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    Err(Error::Type("Illegal constructor".to_owned()).into_plain_js(cx))
}

fn is_instance_member(member: &Member) -> bool {
    matches!(member.kind, MemberKind::Operation(..) | MemberKind::Attribute(..))
}

/// Defines a member on `target`; statics and constants go to `constructor`, and with none are there already.
fn define_member(target: &JsObject, constructor: Option<&JsObject>, member: &Member, cx: &mut Cx) -> JsResult<()> {
    let key = js_string!(member.name);
    let configurable = !member.unforgeable;
    match member.kind {
        MemberKind::Operation(native, length) => {
            let function = native_function(member.name, native, length, cx);
            define_operation(target, key, function, configurable, cx)
        }
        MemberKind::StaticOperation(native, length) => match constructor {
            Some(constructor) => {
                let function = native_function(member.name, native, length, cx);
                define_operation(constructor, key, function, configurable, cx)
            }
            None => Ok(()),
        },
        MemberKind::Attribute(get, set) => define_accessor(target, member.name, get, set, configurable, cx),
        MemberKind::StaticAttribute(get, set) => match constructor {
            Some(constructor) => define_accessor(constructor, member.name, get, set, configurable, cx),
            None => Ok(()),
        },
        MemberKind::Constant(value) => {
            for object in constructor.into_iter().chain([target]) {
                let property = PropertyDescriptor::builder()
                    .value(value)
                    .writable(false)
                    .enumerable(true)
                    .configurable(false);
                object.define_property_or_throw(key.clone(), property, cx)?;
            }
            Ok(())
        }
    }
}

fn define_operation(
    target: &JsObject,
    key: JsString,
    function: JsObject,
    configurable: bool,
    cx: &mut Cx,
) -> JsResult<()> {
    let property = PropertyDescriptor::builder()
        .value(function)
        .writable(configurable)
        .enumerable(true)
        .configurable(configurable);
    target.define_property_or_throw(key, property, cx)?;
    Ok(())
}

fn define_accessor(
    target: &JsObject,
    name: &str,
    get: Native,
    set: Option<Native>,
    configurable: bool,
    cx: &mut Cx,
) -> JsResult<()> {
    let getter = accessor_function("get", name, get, 0, cx);
    let mut property = PropertyDescriptor::builder()
        .get(getter)
        .enumerable(true)
        .configurable(configurable);
    property = match set {
        Some(set) => property.set(accessor_function("set", name, set, 1, cx)),
        None => property.set(boa_engine::JsValue::undefined()),
    };
    target.define_property_or_throw(js_string!(name), property, cx)?;
    Ok(())
}

fn unforgeable_member(member: &Member, cx: &mut Cx) -> Option<Unforgeable> {
    let name = js_string!(member.name);
    match member.kind {
        MemberKind::Operation(native, length) => Some(Unforgeable {
            name,
            function: native_function(member.name, native, length, cx),
            setter: None,
            accessor: false,
        }),
        MemberKind::Attribute(get, set) => Some(Unforgeable {
            name,
            function: accessor_function("get", member.name, get, 0, cx),
            setter: set.map(|set| accessor_function("set", member.name, set, 1, cx)),
            accessor: true,
        }),
        _ => None,
    }
}

/// Gives a new object the properties that its interfaces declare unforgeable.
pub(super) fn define_unforgeables(object: &JsObject, interface: &'static Interface, cx: &mut Cx) {
    let mut next = Some(interface);
    while let Some(interface) = next {
        next = interface.parent;
        if !interface.members.iter().any(|member| member.unforgeable) {
            continue;
        }
        let Some(objects) = objects(interface, cx) else {
            continue;
        };
        for member in &objects.unforgeable {
            let function = member.function.clone();
            let property = PropertyDescriptor::builder().enumerable(true).configurable(false);
            let property = if member.accessor {
                property.get(function).maybe_set(member.setter.clone())
            } else {
                property.value(function).writable(false)
            };
            object.insert_property(member.name.clone(), property);
        }
    }
}

fn native_function(name: &str, native: Native, length: usize, cx: &Cx) -> JsObject {
    FunctionObjectBuilder::new(cx.realm(), NativeFunction::from_fn_ptr(native))
        .name(js_string!(name))
        .length(length)
        .build()
        .into()
}

fn accessor_function(prefix: &str, name: &str, native: Native, length: usize, cx: &Cx) -> JsObject {
    native_function(&format!("{prefix} {name}"), native, length, cx)
}

fn tag(object: &JsObject, name: &str, cx: &mut Cx) -> JsResult<()> {
    let property = PropertyDescriptor::builder()
        .value(js_string!(name))
        .writable(false)
        .enumerable(false)
        .configurable(true);
    object.define_property_or_throw(JsSymbol::to_string_tag(), property, cx)?;
    Ok(())
}

/// A writable, configurable property that enumeration passes by.
fn hidden_value(target: &JsObject, name: &str, value: JsObject, cx: &mut Cx) -> JsResult<()> {
    let property = PropertyDescriptor::builder()
        .value(value)
        .writable(true)
        .enumerable(false)
        .configurable(true);
    target.define_property_or_throw(js_string!(name), property, cx)?;
    Ok(())
}

fn objects(interface: &'static Interface, cx: &Cx) -> Option<Gc<InterfaceObjects>> {
    let host_defined = cx.realm().host_defined();
    let bindings = host_defined.get::<Bindings>()?;
    bindings.interfaces.get(interface.index)?.clone()
}

/// The current realm's prototype object of an interface; none if it is not exposed there.
pub(super) fn prototype(interface: &'static Interface, cx: &Cx) -> Option<JsObject> {
    objects(interface, cx).map(|objects| objects.prototype.clone())
}

/// The same of the realm that has this `%Object.prototype%`.
pub(super) fn prototype_beside(
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
pub(super) fn exposes(member: &Member, cx: &Cx) -> bool {
    let host_defined = cx.realm().host_defined();
    host_defined.get::<Bindings>().is_some_and(|bindings| {
        member.exposed.meets(bindings.kind) && (bindings.secure_context || !member.secure_context)
    })
}

/// The current realm's prototype of an interface's iterators.
pub(super) fn iterator_prototype(interface: &'static Interface, cx: &Cx) -> Option<JsObject> {
    objects(interface, cx).and_then(|objects| objects.iterators.clone())
}

/// A `DOMException` of the current realm.
pub(super) fn dom_exception(name: &str, message: &str, cx: &mut Cx) -> JsError {
    let make = cx
        .realm()
        .host_defined()
        .get::<Bindings>()
        .map(|bindings| bindings.all.dom_exception);
    match make {
        Some(make) => make(name, message, cx),
        None => JsNativeError::error().with_message(format!("{name}: {message}")).into(),
    }
}
