//! <https://w3c.github.io/FileAPI/#filelist-section>

use super::file::File;
use crate::{
    binding::{Cx, Fallible, Js, Serializable, generated::FileListMethods},
    dom::collection,
};
use boa_gc::{Finalize, Trace};

/// A `FileList`'s state.
#[derive(Debug, Trace, Finalize)]
pub struct FileList {
    files: Vec<Js<File>>,
}

impl FileList {
    /// A list of these files, which never change.
    ///
    /// # Errors
    /// If the realm ends.
    pub(crate) fn create(files: Vec<Js<File>>, cx: &mut Cx) -> Fallible<Js<Self>> {
        let objects: Vec<_> = files.iter().map(|file| file.object().clone()).collect();
        let list = Js::new(Self { files }, cx);
        collection::finish(&list, &[], cx)?;
        collection::show(&list, objects, cx)?;
        Ok(list)
    }
}

/// <https://w3c.github.io/FileAPI/#ref-for-serialization-steps%E2%91%A1>
impl Serializable for FileList {
    type Serialized = Vec<<File as Serializable>::Serialized>;

    fn serialize(this: &Js<Self>, cx: &mut Cx) -> Fallible<Self::Serialized> {
        // 1–2. Each of its files. FIXME(step 2): a file that is also elsewhere in the value becomes another one there.
        this.files.iter().map(|file| File::serialize(file, cx)).collect()
    }

    fn deserialize(files: &Self::Serialized, cx: &mut Cx) -> Fallible<Js<Self>> {
        // 1. Likewise.
        let files = files.iter().map(|file| File::deserialize(file, cx));
        let files = files.collect::<Fallible<_>>()?;
        Self::create(files, cx)
    }
}

impl FileListMethods for FileList {
    /// <https://w3c.github.io/FileAPI/#dfn-item>
    fn item(this: &Js<Self>, _: &mut Cx, index: u32) -> Fallible<Option<Js<File>>> {
        Ok(this.files.get(index as usize).cloned())
    }

    /// <https://w3c.github.io/FileAPI/#dfn-length>
    fn length(this: &Js<Self>, _: &mut Cx) -> Fallible<u32> {
        Ok(u32::try_from(this.files.len()).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::FileList;
    use crate::{binding::Js, testing};
    use boa_engine::{JsArgs, JsValue, NativeFunction, js_string};

    /// No script can fill one without a person who chooses files.
    #[test]
    fn a_clone_has_the_files() {
        let reports = testing::reports_of(
            testing::user_agent().0,
            |_| (),
            |cx| {
                let list = NativeFunction::from_fn_ptr(|_, args, cx| {
                    let file = Js::from_value(args.get_or_undefined(0)).map_err(|error| error.into_plain_js(cx))?;
                    let list = FileList::create(vec![file], cx).map_err(|error| error.into_plain_js(cx))?;
                    Ok(JsValue::from(list.object().clone()))
                });
                cx.register_global_callable(js_string!("list"), 1, list).unwrap();
                let script = "const made = list(new File(['abc'], 'name', { lastModified: 3 }));
                     const clone = structuredClone({ made }).made;
                     const [file] = clone;
                     report([clone instanceof FileList, clone.length, clone[0] === file, clone.item(0) === file, clone.item(1)]);
                     report([file instanceof File, file !== made[0], file.name, file.size, file.lastModified]);
                     report(Object.keys(clone))";
                crate::html::scripting::run_classic_script(script, "test.js", cx);
            },
        );
        assert_eq!(reports, ["true,1,true,true,", "true,true,name,3,3", "0"]);
    }
}
