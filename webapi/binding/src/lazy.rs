//! Properties of a global object whose values are made when they are first asked for, interface objects and namespaces, and those
//! that have taken the place of a `[Replaceable]` attribute.
//!
//! To a script they are writable data properties. To the engine, which lets nothing compute a data property, each is an accessor
//! property, whose one function is the getter as well as the setter, and whose value is kept here. It stays an accessor when it
//! is read or assigned to: the engine remembers, for each place in a script, where it found a property, also when that property's
//! own getter or setter has moved it. Only [`make_real`] turns it into the data property that it appears to be, before a script
//! changes what sort of property it is; where a script only looks, [`appearance`] is what it is shown. Both are the business of
//! `reflection`.

use crate::{
    Cx, Interface, Namespace, interface_object, object,
    originals::Originals,
    realm::{self, Bindings},
};
use boa_engine::{
    JsObject, JsResult, JsString, JsValue, NativeFunction,
    builtins::proxy::Proxy,
    object::FunctionObjectBuilder,
    property::{PropertyDescriptor, PropertyKey},
};
use boa_gc::{Finalize, Gc, GcRefCell, Trace};

/// The lazy properties of one global object.
#[derive(Default, Trace, Finalize)]
pub(crate) struct LazyProperties(GcRefCell<Vec<LazyProperty>>);

#[derive(Trace, Finalize)]
struct LazyProperty {
    name: JsString,
    #[unsafe_ignore_trace]
    initial: LazyValue,
    /// What it has been found to be, or has been set to.
    value: Option<JsValue>,
    enumerable: bool,
    /// The getter and setter, by which the property is known.
    accessor: JsObject,
}

/// What is made when it is first asked for.
#[derive(Clone, Copy)]
pub(crate) enum LazyValue {
    /// An interface object.
    Interface(&'static Interface),
    /// A namespace object.
    Namespace(&'static Namespace),
    /// Nothing: the property is there from the first assignment on.
    Assigned,
}

impl LazyValue {
    fn make(self, bindings: &Bindings, cx: &mut Cx) -> JsValue {
        match self {
            Self::Interface(interface) => {
                realm::objects(interface, cx).map_or_else(JsValue::undefined, |it| it.constructor.clone().into())
            }
            Self::Namespace(namespace) => interface_object::create_namespace(namespace, bindings, cx).into(),
            Self::Assigned => JsValue::undefined(),
        }
    }
}

impl LazyProperties {
    /// The current value of the property at `index`.
    fn value(&self, index: usize, bindings: &Bindings, cx: &mut Cx) -> JsValue {
        let initial = match self.0.borrow().get(index) {
            Some(LazyProperty { value: Some(value), .. }) => return value.clone(),
            Some(property) => property.initial,
            None => return JsValue::undefined(),
        };
        let value = initial.make(bindings, cx);
        self.set(index, value.clone());
        value
    }

    fn set(&self, index: usize, value: JsValue) {
        if let Some(property) = self.0.borrow_mut().get_mut(index) {
            property.value = Some(value);
        }
    }

    fn name(&self, index: usize) -> Option<JsString> {
        self.0.borrow().get(index).map(|property| property.name.clone())
    }

    /// Whether the property with this accessor, if it is a lazy one, is enumerable.
    fn enumerable(&self, accessor: &JsObject) -> Option<bool> {
        let properties = self.0.borrow();
        let found = properties.iter().find(|it| JsObject::equals(&it.accessor, accessor));
        found.map(|property| property.enumerable)
    }
}

/// Defines a property on the current realm's global object.
pub(crate) fn define(global: &JsObject, name: JsString, initial: LazyValue, bindings: &Gc<Bindings>, cx: &Cx) {
    define_with(global, name, initial, None, bindings, cx);
}

/// The same; one that has a value already is enumerable.
fn define_with(
    global: &JsObject,
    name: JsString,
    initial: LazyValue,
    value: Option<JsValue>,
    bindings: &Gc<Bindings>,
    cx: &Cx,
) {
    let index = bindings.lazy.0.borrow().len();
    let enumerable = value.is_some();
    let native = NativeFunction::from_copy_closure_with_captures(
        move |this, args, bindings: &Gc<Bindings>, cx| access(index, this, args, bindings, cx),
        bindings.clone(),
    );
    let accessor: JsObject = FunctionObjectBuilder::new(cx.realm(), native).build().into();
    let property = PropertyDescriptor::builder()
        .get(accessor.clone())
        .set(accessor.clone())
        .enumerable(enumerable)
        .configurable(true);
    global.insert_property(name.clone(), property);
    bindings.lazy.0.borrow_mut().push(LazyProperty {
        name,
        initial,
        value,
        enumerable,
        accessor,
    });
}

/// The function of the property at `index`: a getter if called as one, else a setter.
fn access(index: usize, this: &JsValue, args: &[JsValue], bindings: &Gc<Bindings>, cx: &mut Cx) -> JsResult<JsValue> {
    match args.first() {
        None => return Ok(bindings.lazy.value(index, bindings, cx)),
        Some(value) => set(index, this, value.clone(), bindings, cx)?,
    }
    Ok(JsValue::undefined())
}

/// What a data property would do: <https://tc39.es/ecma262/#sec-ordinarysetwithowndescriptor>, from step 2. As a setter cannot
/// answer `false`, an assignment that must not be passes unnoticed, as it does in sloppy mode.
fn set(index: usize, receiver: &JsValue, value: JsValue, bindings: &Bindings, cx: &mut Cx) -> JsResult<()> {
    // 2.b. A receiver that is no object takes nothing.
    let (Some(receiver), Some(name)) = (receiver.as_object(), bindings.lazy.name(index)) else {
        return Ok(());
    };
    let global = cx.global_object();
    if JsObject::equals(&receiver, &global) {
        bindings.lazy.set(index, value);
        return Ok(());
    }
    if receiver.is::<Proxy>() {
        // What the proxy's target is, and what its traps do, only the engine knows.
        make_real(&global, &name.clone().into(), cx)?;
        let args = [global.into(), name.into(), value, receiver.into()];
        return Originals::of(cx)?
            .reflect_set
            .call(&JsValue::undefined(), &args, cx)
            .map(drop);
    }
    // 2.c. The receiver's own property; no object but a proxy has one of an interface's name that is not an ordinary one.
    let existing = receiver.borrow().properties().get(&name.clone().into());
    match existing {
        // 2.d.i–ii. An accessor, or not writable.
        Some(existing) if !existing.writable().unwrap_or(false) => Ok(()),
        // 2.d.iii–iv. The value changes, nothing else.
        Some(_) => {
            let property = PropertyDescriptor::builder().value(value);
            receiver.define_property_or_throw(name, property, cx).map(drop)
        }
        // 2.e. A property of its own.
        None => receiver.create_data_property(name, value, cx).map(drop),
    }
}

/// Defines an enumerable data property in the place of an accessor property, whose setter is running:
/// <https://webidl.spec.whatwg.org/#Replaceable>.
pub(crate) fn replace(object: &JsObject, name: JsString, value: JsValue, cx: &mut Cx) -> JsResult<()> {
    let key = PropertyKey::from(name.clone());
    let existing = object.borrow().properties().get(&key);
    let replaceable = existing.is_some_and(|it| it.is_accessor_descriptor() && it.configurable().unwrap_or(false));
    if let Some(bindings) = Bindings::of(cx)
        && replaceable
        && JsObject::equals(object, &cx.global_object())
    {
        define_with(object, name, LazyValue::Assigned, Some(value), &bindings, cx);
        return Ok(());
    }
    object.create_data_property_or_throw(key, value, cx).map(drop)
}

/// The data property that the property of that name appears to be, if `object` is a global object and it is one of its lazy ones.
pub(crate) fn appearance(object: &JsObject, key: &PropertyKey, cx: &mut Cx) -> JsResult<Option<PropertyDescriptor>> {
    let Some(bindings) = object::bindings_of(object) else {
        return Ok(None);
    };
    let property = object.borrow().properties().get(key);
    let Some(accessor) = property.and_then(|property| property.get()?.as_object()) else {
        return Ok(None);
    };
    let Some(enumerable) = bindings.lazy.enumerable(&accessor) else {
        return Ok(None);
    };
    // In the realm of the global object, which need not be the current one.
    let value = accessor.call(&object.clone().into(), &[], cx)?;
    let property = PropertyDescriptor::builder()
        .value(value)
        .writable(true)
        .enumerable(enumerable)
        .configurable(true);
    Ok(Some(property.build()))
}

/// Makes that property what it appears to be.
pub(crate) fn make_real(object: &JsObject, key: &PropertyKey, cx: &mut Cx) -> JsResult<()> {
    if let Some(property) = appearance(object, key, cx)? {
        object.insert_property(key.clone(), property);
    }
    Ok(())
}

/// The same for every lazy property.
pub(crate) fn make_all_real(object: &JsObject, cx: &mut Cx) -> JsResult<()> {
    for key in keys(object) {
        make_real(object, &key, cx)?;
    }
    Ok(())
}

/// The names of all properties that are, or once were, lazy.
pub(crate) fn keys(object: &JsObject) -> Vec<PropertyKey> {
    object::bindings_of(object).map_or_else(Vec::new, |bindings| {
        let properties = bindings.lazy.0.borrow();
        properties.iter().map(|property| property.name.clone().into()).collect()
    })
}
