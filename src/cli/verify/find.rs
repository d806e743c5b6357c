//! Where the files that a result names are now.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Error, Result, anyhow, bail};
use biaobu::lang::{Lang, Words};
use biaobu::output::verification::InputNow;
use biaobu::request::Request;
use biaobu::words;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::super::files;
use super::super::request::say;

/// The folders in which to look.
pub struct Files {
    /// `--inputs`: its ordinary files by name, in order.
    inside: Option<(PathBuf, Vec<PathBuf>)>,
    /// The folder of the result file.
    beside: Option<PathBuf>,
}

/// One input file, found.
pub struct Found {
    /// As the result names it.
    pub name: String,
    /// Where it is.
    pub at: PathBuf,
    /// Of its bytes now.
    sha256: String,
    /// As the result has it.
    saved: String,
    /// Why it is this one, where that is not plain.
    why: Option<Words>,
}

impl Found {
    /// What the report says of it.
    pub fn told(&self) -> InputNow {
        InputNow {
            path: self.name.clone(),
            found: self.at.display().to_string(),
            saved_sha256: self.saved.clone(),
            sha256: self.sha256.clone(),
        }
    }

    /// What a person has to know about where it was found, and that it is another one.
    pub fn note(&self, lang: Lang) -> Option<String> {
        let why = self.why.as_ref()?;
        let name = &self.name;
        Some(format!("{name}: {}", why.get(lang)))
    }
}

impl Files {
    pub fn new(inside: Option<&Path>, result: &Path, lang: Lang) -> Result<Files> {
        let inside = match inside {
            None => None,
            Some(folder) => {
                let name = folder.display().to_string();
                let failed = |error| files::unreadable(&name, error, lang);
                let mut found = Vec::new();
                for entry in fs::read_dir(folder).map_err(failed)? {
                    found.push(entry.map_err(failed)?.path());
                }
                found.retain(|path| path.is_file());
                found.sort();
                Some((folder.to_owned(), found))
            }
        };
        let beside = (result.as_os_str() != "-").then(|| result.parent().map(Path::to_owned)).flatten();
        Ok(Files { inside, beside })
    }

    /// Where a file that the result names may be, the first choice first: what it says, then beside the result.
    fn as_named(&self, name: &str) -> Vec<PathBuf> {
        let path = PathBuf::from(name);
        let mut places = vec![path.clone()];
        if path.is_relative()
            && let Some(folder) = self.beside.as_ref().filter(|folder| !folder.as_os_str().is_empty())
        {
            places.push(folder.join(path));
        }
        // A device or a pipe might never end.
        places.retain(|path| path.is_file());
        places
    }

    pub fn rule_file(&self, name: &str) -> Option<PathBuf> {
        self.as_named(name).into_iter().next()
    }

    fn input(&self, name: &str, saved: &str, lang: Lang) -> Result<Found> {
        let found = |at: PathBuf, sha256: String, why: Option<Words>| Found {
            name: name.to_owned(),
            at,
            sha256,
            saved: saved.to_owned(),
            why,
        };
        let digest =
            |path: &Path| sha256(path).map_err(|error| files::unreadable(&path.display().to_string(), error, lang));
        if let Some((folder, inside)) = &self.inside {
            if name != "-"
                && let Some(path) = in_folder(folder, name)
            {
                let sha256 = digest(&path)?;
                return Ok(found(path, sha256, None));
            }
            for path in inside {
                let sha256 = digest(path)?;
                if sha256 == saved {
                    let at = path.display().to_string();
                    let why = words!(zh: "按 SHA-256 认出，现在是 {at}", en: "known by its SHA-256, now {at}");
                    return Ok(found(path.clone(), sha256, Some(why)));
                }
            }
            return Err(missing(name, Some(folder), lang));
        }
        if name == "-" {
            return Err(missing(name, None, lang));
        }
        let mut first = None;
        for path in self.as_named(name) {
            let sha256 = digest(&path)?;
            let at = path.display().to_string();
            match &first {
                None if sha256 == saved && at == name => return Ok(found(path, sha256, None)),
                None => first = Some((path, sha256)),
                // The other one is not what the result was computed from.
                Some((other, other_sha256)) if sha256 == saved && other_sha256 != saved => {
                    let other = other.display();
                    let why = words!(
                        zh: "取结果旁边的 {at}，它的 SHA-256 相符；当前目录的 {other} 是另一个文件",
                        en: "taken from {at} beside the result, since its SHA-256 fits; {other} here is another file"
                    );
                    return Ok(found(path, sha256, Some(why)));
                }
                Some(_) => {}
            }
        }
        let (path, sha256) = first.ok_or_else(|| missing(name, None, lang))?;
        let at = path.display().to_string();
        let why = (at != name).then(|| words!(zh: "取结果旁边的 {at}", en: "taken from {at}, beside the result"));
        Ok(found(path, sha256, why))
    }
}

/// The file in a folder: by its path below it, else by its bare name.
fn in_folder(folder: &Path, name: &str) -> Option<PathBuf> {
    // Results come from other systems as well.
    let bare = super::bare(name);
    let below = Path::new(name);
    let plain = below.is_relative() && below.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    let places = plain.then(|| folder.join(below)).into_iter().chain([folder.join(bare)]);
    places.into_iter().find(|path| path.is_file())
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            count => digest.update(buffer.get(..count).unwrap_or_default()),
        }
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn missing(name: &str, folder: Option<&Path>, lang: Lang) -> Error {
    let words = match (name, folder) {
        ("-", None) => words!(
            zh: "结果是从标准输入算出的，不能直接复核：用 --inputs DIR 指出存有同一内容文件的目录（按 SHA-256 认），或先把输入存成文件，再对它重新测算",
            en: "the result was computed from standard input: name the folder of a file with the same content by --inputs DIR (it is known by its SHA-256), or save the input to a file and run estimate on that"
        ),
        ("-", Some(folder)) => {
            let folder = folder.display();
            words!(
                zh: "结果是从标准输入算出的，{folder} 里没有 SHA-256 相同的文件；请把原来的输入存进去，或对文件重新测算",
                en: "the result was computed from standard input, and no file in {folder} has its SHA-256; save the same input there, or run estimate on a file"
            )
        }
        (name, None) => words!(
            zh: "{name}: 找不到这个输入文件；请用 --inputs DIR 指出它现在的目录（按文件名找，找不到再按 SHA-256 找）",
            en: "{name}: this input file is not there; name its folder by --inputs DIR (it is looked up by name, else by SHA-256)"
        ),
        (name, Some(folder)) => {
            let folder = folder.display();
            words!(
                zh: "{name}: {folder} 里没有这个名称的文件，也没有 SHA-256 相同的文件；请用 --inputs DIR 指出另一个目录",
                en: "{name}: in {folder} no file has this name, and none its SHA-256; name another folder by --inputs DIR"
            )
        }
    };
    anyhow!(say(lang, &words))
}

/// A file that `request` names and `inputs` does not.
pub fn unnamed(name: &str, lang: Lang) -> Error {
    anyhow!(say(
        lang,
        &words!(
            zh: "request 里的“{name}”不在 inputs 之列；文件多半被改动，请重新保存结果",
            en: "`request` names \"{name}\", which is not among `inputs`; most likely the file was edited: save the result again"
        )
    ))
}

/// Every input file of the result, each once.
pub fn inputs(places: &Files, saved: &Json, asked: &Request, lang: Lang) -> Result<Vec<Found>> {
    let entries = saved["inputs"].as_array().map_or(&[][..], Vec::as_slice);
    let text = |entry: &Json, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let mut found: Vec<Found> = Vec::new();
    for name in asked.achievements.iter().chain(&asked.applicants) {
        if found.iter().any(|found| found.name == *name) {
            continue;
        }
        let Some(entry) = entries.iter().find(|entry| text(entry, "path") == *name) else {
            bail!(unnamed(name, lang));
        };
        found.push(places.input(name, &text(entry, "sha256"), lang)?);
    }
    Ok(found)
}
