//! Bytes in and out. A file is written under a temporary name and renamed at the end, so that no half file is left.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, bail};
use biaobu::input::Source;
use biaobu::lang::{Lang, Words};
use biaobu::output::terminal;
use biaobu::rulefile::RuleFile;
use biaobu::words;

/// Reads a file, or standard input for `-`.
pub fn read(path: &Path, lang: Lang) -> Result<Source> {
    let name = path.display().to_string();
    if name == "-" {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| unreadable(terminal::file_name(&name, lang), error, lang))?;
        return Ok(Source { name, bytes });
    }
    if path.is_dir() {
        let message =
            words!(zh: "{name}: 这是目录，应为 CSV 文件", en: "{name}: this is a folder, expected a CSV file");
        bail!(message.get(lang).to_owned());
    }
    let bytes = fs::read(path).map_err(|error| unreadable(&name, error, lang))?;
    Ok(Source { name, bytes })
}

fn unreadable(name: &str, error: io::Error, lang: Lang) -> Error {
    let message = match error.kind() {
        io::ErrorKind::NotFound => {
            words!(zh: "{name}: 没有这个文件，请检查路径", en: "{name}: there is no such file; check the path")
        }
        io::ErrorKind::PermissionDenied => {
            words!(zh: "{name}: 没有读取权限", en: "{name}: no right to read it")
        }
        io::ErrorKind::InvalidData => {
            words!(zh: "{name}: 不是 UTF-8 文本，请另存为 UTF-8", en: "{name}: not UTF-8 text; save it as UTF-8")
        }
        _ => words!(zh: "{name}: 读不出", en: "{name}: cannot be read"),
    };
    because(error, &message, lang)
}

/// The words, with the system's own reason behind them.
fn because(error: io::Error, message: &Words, lang: Lang) -> Error {
    Error::new(error).context(message.get(lang).to_owned())
}

/// The rule files of files and folders (`*.toml`), in order of name.
pub fn rule_files(paths: &[PathBuf], lang: Lang) -> Result<Vec<RuleFile>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(rule_file(path, lang)?);
            continue;
        }
        let name = path.display().to_string();
        let failed = |error| unreadable(&name, error, lang);
        let mut inside: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            inside.push(entry.map_err(failed)?.path());
        }
        inside.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
        inside.sort();
        if inside.is_empty() {
            let message =
                words!(zh: "{name}: 目录里没有 .toml 规则文件", en: "{name}: no .toml rule file in this folder");
            bail!(message.get(lang).to_owned());
        }
        for file in inside {
            files.push(rule_file(&file, lang)?);
        }
    }
    Ok(files)
}

/// The official text `name` in a folder of texts.
pub fn official_text(folder: &Path, name: &str, lang: Lang) -> Result<String> {
    let path = folder.join(name);
    fs::read_to_string(&path).map_err(|error| unreadable(&path.display().to_string(), error, lang))
}

fn rule_file(path: &Path, lang: Lang) -> Result<RuleFile> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| unreadable(&name, error, lang))?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok(RuleFile { name, text })
}

/// A workbook is no text: it is not written to a terminal.
pub fn refuse_terminal(path: Option<&Path>, lang: Lang) -> Result<()> {
    let standard_output = path.is_none_or(|path| path == Path::new("-"));
    if standard_output && io::stdout().is_terminal() {
        let message = words!(
            zh: "xlsx 不能写到终端，请用 -o 文件名.xlsx",
            en: "xlsx is not written to a terminal; name a file: -o FILE.xlsx"
        );
        bail!(message.get(lang).to_owned());
    }
    Ok(())
}

/// Hands a writer for `path` (none or `-`: standard output) to `write`.
pub fn write(path: Option<&Path>, lang: Lang, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let Some(path) = path.filter(|path| *path != Path::new("-")) else {
        let mut out = BufWriter::new(io::stdout().lock());
        write(&mut out)?;
        return Ok(out.flush()?);
    };
    let name = path.display();
    if path.is_dir() {
        let message = words!(zh: "{name}: 这是目录，应为文件名", en: "{name}: this is a folder, expected a file name");
        bail!(message.get(lang).to_owned());
    }
    if path.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        let message =
            words!(zh: "{name}: 没有这个目录，请先建立", en: "{name}: there is no such folder; make it first");
        bail!(message.get(lang).to_owned());
    }
    // A link stays one: what it points at is written.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let kept = fs::metadata(&target).ok();
    let written = match &kept {
        // A device or a pipe, such as /dev/null, is written to and never replaced.
        Some(found) if !found.is_file() => File::create(&target).and_then(|file| {
            let mut out = BufWriter::new(file);
            write(&mut out)?;
            out.flush()
        }),
        _ => replace(&target, kept.map(|found| found.permissions()), write),
    };
    written.with_context(|| {
        let message = words!(
            zh: "{name}: 写不出，请检查目录的权限和空间",
            en: "{name}: cannot be written; check the folder's rights and space"
        );
        message.get(lang).to_owned()
    })
}

/// Writes under a temporary name beside `target`, then renames.
fn replace(
    target: &Path,
    kept: Option<fs::Permissions>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // The error would name the temporary file, which means nothing to anybody.
    let plain = |error: io::Error| io::Error::from(error.kind());
    let file = builder.prefix(".biaobu-").tempfile_in(folder).map_err(plain)?;
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    if let Some(permissions) = kept {
        file.as_file().set_permissions(permissions)?;
    }
    file.persist(target).map_err(|error| error.error)?;
    Ok(())
}
