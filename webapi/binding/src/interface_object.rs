//! What a realm has of an interface: <https://webidl.spec.whatwg.org/#js-interfaces>. Everything here defines properties of objects
//! that no script has seen yet, so that nothing can refuse them.

use crate::{
    Cx, Error, Interface, Namespace,
    interface::{Member, MemberKind, Native},
    iteration,
    realm::{self, Bindings},
};
use boa_engine::{
    JsData, JsObject, JsResult, JsString, JsSymbol, JsValue, NativeFunction,
    builtins::object::OrdinaryObject,
    js_string,
    object::FunctionObjectBuilder,
    property::{Attribute, PropertyDescriptor, PropertyKey},
};
use boa_gc::{Finalize, Trace};

/// An interface's objects.
#[derive(Trace, Finalize)]
pub(crate) struct InterfaceObjects {
    pub constructor: JsObject,
    pub prototype: JsObject,
    /// The prototype of its iterators.
    pub iterators: Option<JsObject>,
    /// Own properties of each instance, those that it inherits too.
    unforgeable: Vec<Unforgeable>,
}

#[derive(Clone, Trace, Finalize)]
struct Unforgeable {
    name: JsString,
    property: PropertyDescriptor,
}

/// An interface prototype object on the prototype chain of a global object: its own prototype cannot be changed.
#[derive(Trace, Finalize, JsData)]
pub(crate) struct ImmutablePrototype;

/// Makes the interface object and the prototype: <https://webidl.spec.whatwg.org/#interface-object>.
pub(crate) fn create(interface: &'static Interface, bindings: &Bindings, cx: &mut Cx) -> JsResult<InterfaceObjects> {
    let parent = interface.parent.and_then(|parent| realm::objects(parent, cx));
    let base = match &parent {
        Some(parent) => parent.prototype.clone(),
        None if interface.error_data => cx.intrinsics().constructors().error().prototype(),
        None => cx.intrinsics().constructors().object().prototype(),
    };
    let prototype = if bindings.is_of_global(interface) {
        JsObject::from_proto_and_data(base, ImmutablePrototype)
    } else {
        JsObject::from_proto_and_data(base, OrdinaryObject)
    };
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
    constructor.insert_property(js_string!("prototype"), property);
    define_hidden(&prototype, js_string!("constructor"), constructor.clone());

    let mut unforgeable = Vec::new();
    let mut unscopable = None;
    for member in interface.members {
        if !bindings.exposes(member.exposed, member.secure_context) {
            continue;
        }
        if member.unscopable {
            let names = unscopable.get_or_insert_with(JsObject::with_null_proto);
            insert(names, js_string!(member.name), true, Attribute::all());
        }
        if member.unforgeable && !interface.global {
            unforgeable.extend(unforgeable_member(member, cx));
        } else if !interface.global || !is_instance_member(member) {
            define_member(&prototype, Some(&constructor), member, cx);
        }
    }
    // <https://webidl.spec.whatwg.org/#create-an-interface-prototype-object>, step 4.
    if let Some(names) = unscopable {
        let key = JsSymbol::unscopables();
        insert(&prototype, key, names, Attribute::CONFIGURABLE);
    }
    define_tag(&prototype, interface.name);
    let iterators = iteration::define(&prototype, interface, cx)?;
    if let Some(parent) = &parent {
        unforgeable.extend_from_slice(&parent.unforgeable);
    }
    Ok(InterfaceObjects {
        constructor,
        prototype,
        iterators,
        unforgeable,
    })
}

/// A namespace object: <https://webidl.spec.whatwg.org/#namespace-object>.
pub(crate) fn create_namespace(namespace: &Namespace, bindings: &Bindings, cx: &mut Cx) -> JsObject {
    // NOTE: the console's prototype is an empty object: <https://console.spec.whatwg.org/#console-namespace>.
    let prototype = JsObject::with_object_proto(cx.intrinsics());
    let object = JsObject::from_proto_and_data(prototype, OrdinaryObject);
    for member in namespace.members {
        if bindings.exposes(member.exposed, member.secure_context) {
            define_member(&object, Some(&object), member, cx);
        }
    }
    define_tag(&object, namespace.name);
    object
}

/// The members of an interface that are the global object's own.
pub(crate) fn define_on_global(global: &JsObject, interface: &Interface, bindings: &Bindings, cx: &mut Cx) {
    for member in interface.members {
        let own = interface.global || member.unforgeable;
        if own && bindings.exposes(member.exposed, member.secure_context) {
            define_member(global, None, member, cx);
        }
    }
}

/// The constructor of an interface that has none.
fn illegal_constructor(_: &JsValue, _: &[JsValue], cx: &mut Cx) -> JsResult<JsValue> {
    Err(Error::Type("Illegal constructor".to_owned()).into_plain_js(cx))
}

fn is_instance_member(member: &Member) -> bool {
    matches!(member.kind, MemberKind::Operation(..) | MemberKind::Attribute(..))
}

/// Defines a member on `target`; statics and constants go to `constructor`, and with none are there already.
fn define_member(target: &JsObject, constructor: Option<&JsObject>, member: &Member, cx: &mut Cx) {
    let name = js_string!(member.name);
    let configurable = !member.unforgeable;
    let holder = match member.kind {
        MemberKind::StaticOperation(..) | MemberKind::StaticAttribute(..) => constructor,
        _ => Some(target),
    };
    let Some(holder) = holder else {
        return;
    };
    match member.kind {
        MemberKind::Operation(native, length) | MemberKind::StaticOperation(native, length) => {
            let function = native_function(name.clone(), native, length, cx);
            holder.insert_property(name, operation(function, configurable));
        }
        MemberKind::Attribute(get, set) | MemberKind::StaticAttribute(get, set) => {
            let getter = accessor_function("get", member.name, get, 0, cx);
            let setter = set.map(|set| accessor_function("set", member.name, set, 1, cx));
            holder.insert_property(name, accessor(getter, setter, configurable));
        }
        MemberKind::Constant(value) => {
            for object in constructor.into_iter().chain([target]) {
                let property = PropertyDescriptor::builder()
                    .value(value)
                    .writable(false)
                    .enumerable(true)
                    .configurable(false);
                object.insert_property(name.clone(), property);
            }
        }
    }
}

/// A function as an enumerable property.
fn operation(function: JsObject, configurable: bool) -> PropertyDescriptor {
    PropertyDescriptor::builder()
        .value(function)
        .writable(configurable)
        .enumerable(true)
        .configurable(configurable)
        .build()
}

fn accessor(getter: JsObject, setter: Option<JsObject>, configurable: bool) -> PropertyDescriptor {
    PropertyDescriptor::builder()
        .get(getter)
        .set(setter.map_or_else(JsValue::undefined, JsValue::from))
        .enumerable(true)
        .configurable(configurable)
        .build()
}

fn unforgeable_member(member: &Member, cx: &mut Cx) -> Option<Unforgeable> {
    let name = js_string!(member.name);
    let property = match member.kind {
        MemberKind::Operation(native, length) => operation(native_function(name.clone(), native, length, cx), false),
        MemberKind::Attribute(get, set) => {
            let getter = accessor_function("get", member.name, get, 0, cx);
            let setter = set.map(|set| accessor_function("set", member.name, set, 1, cx));
            accessor(getter, setter, false)
        }
        _ => return None,
    };
    Some(Unforgeable { name, property })
}

impl InterfaceObjects {
    /// Gives a new object the properties that its interfaces declare unforgeable.
    pub fn define_unforgeables(&self, object: &JsObject) {
        for Unforgeable { name, property } in &self.unforgeable {
            object.insert_property(name.clone(), property.clone());
        }
    }
}

fn native_function(name: JsString, native: Native, length: usize, cx: &Cx) -> JsObject {
    FunctionObjectBuilder::new(cx.realm(), NativeFunction::from_fn_ptr(native))
        .name(name)
        .length(length)
        .build()
        .into()
}

fn accessor_function(prefix: &str, name: &str, native: Native, length: usize, cx: &Cx) -> JsObject {
    let name = JsString::from(format!("{prefix} {name}"));
    native_function(name, native, length, cx)
}

/// The class string.
fn define_tag(object: &JsObject, name: &str) {
    insert(
        object,
        JsSymbol::to_string_tag(),
        js_string!(name),
        Attribute::CONFIGURABLE,
    );
}

fn insert(object: &JsObject, key: impl Into<PropertyKey>, value: impl Into<JsValue>, attributes: Attribute) {
    let property = PropertyDescriptor::builder()
        .value(value)
        .writable(attributes.writable())
        .enumerable(attributes.enumerable())
        .configurable(attributes.configurable());
    object.insert_property(key, property);
}

/// A writable, configurable property that enumeration passes by.
pub(crate) fn define_hidden(target: &JsObject, key: impl Into<PropertyKey>, value: impl Into<JsValue>) {
    insert(target, key, value, Attribute::WRITABLE | Attribute::CONFIGURABLE);
}
