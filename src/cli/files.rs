//! Bytes in and out. A file is written under a temporary name and renamed at the end, so that no half file is left.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Error, Result, bail};
use biaobu::input::{Bytes, Stream};
use biaobu::lang::{Lang, Words};
use biaobu::rulefile::RuleFile;
use biaobu::words;
use tempfile::NamedTempFile;

/// A file to be read, or standard input for `-`. Only whether it can be opened is found out now.
pub fn stream(path: &Path, lang: Lang) -> Result<Stream<'static>> {
    let name = path.display().to_string();
    if name == "-" {
        return Ok(Stream::pipe(name, || Ok(Box::new(io::stdin()))));
    }
    if path.is_dir() {
        let message =
            words!(zh: "{name}: 这是目录，应为 CSV 文件", en: "{name}: this is a folder, expected a CSV file");
        bail!(message.get(lang).to_owned());
    }
    let file = File::open(path).map_err(|error| unreadable(&name, error, lang))?;
    let path = path.to_owned();
    if file.metadata().is_ok_and(|found| found.is_file()) {
        return Ok(Stream::file(name, move || Ok(Box::new(File::open(&path)?))));
    }
    let once = Mutex::new(Some(file));
    Ok(Stream::pipe(name, move || {
        let file = once.lock().ok().and_then(|mut file| file.take());
        file.map(|file| Box::new(file) as Bytes<'_>).ok_or_else(|| io::Error::other("it was read before"))
    }))
}

/// The error for a file that cannot be read, in words.
pub fn unreadable(name: &str, error: io::Error, lang: Lang) -> Error {
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

/// A file that is read is not written over: the data would be gone after the first run.
pub fn spare<P: AsRef<Path>>(output: Option<&Path>, read: impl IntoIterator<Item = P>, lang: Lang) -> Result<()> {
    let Some(output) = output.and_then(|path| path.canonicalize().ok()).filter(|path| path.is_file()) else {
        return Ok(());
    };
    for path in read {
        if path.as_ref().canonicalize().is_ok_and(|path| path == output) {
            let name = path.as_ref().display();
            let message = words!(
                zh: "{name}: 输出会覆盖正在读的文件；请换一个文件名",
                en: "{name}: the output would write over a file that is read; name another file"
            );
            bail!(message.get(lang).to_owned());
        }
    }
    Ok(())
}

/// Hands a writer for `path` (none or `-`: standard output) to `write`.
pub fn write(path: Option<&Path>, lang: Lang, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut output = Output::open(path, lang)?;
    write(&mut output)?;
    output.commit()
}

/// What is being written. Without [`Output::commit`] a file stays as it was.
pub struct Output {
    place: Place,
    name: String,
    lang: Lang,
}

enum Place {
    Standard(BufWriter<io::Stdout>),
    /// A device or a pipe, such as /dev/null, is written to and never replaced.
    Device(BufWriter<File>),
    /// A temporary name beside the file, which takes its place at the end, with its rights.
    Beside {
        out: BufWriter<NamedTempFile>,
        target: PathBuf,
        kept: Option<fs::Permissions>,
    },
}

/// Bytes that are written at a time.
const BUFFER: usize = 1 << 18;

impl Output {
    /// Opens `path`; none or `-` is standard output.
    pub fn open(path: Option<&Path>, lang: Lang) -> Result<Output> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            let place = Place::Standard(BufWriter::with_capacity(BUFFER, io::stdout()));
            return Ok(Output { place, name: String::new(), lang });
        };
        let name = path.display().to_string();
        if path.is_dir() {
            let message =
                words!(zh: "{name}: 这是目录，应为文件名", en: "{name}: this is a folder, expected a file name");
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
        let place = match kept {
            Some(found) if !found.is_file() => {
                File::create(&target).map(|file| Place::Device(BufWriter::with_capacity(BUFFER, file)))
            }
            kept => beside(&target).map(|file| Place::Beside {
                out: BufWriter::with_capacity(BUFFER, file),
                kept: kept.map(|found| found.permissions()),
                target,
            }),
        };
        let place = place.map_err(|error| unwritable(error, &name, lang))?;
        Ok(Output { place, name, lang })
    }

    /// Everything is written: puts it in its place.
    pub fn commit(self) -> Result<()> {
        let done = match self.place {
            Place::Standard(mut out) => return Ok(out.flush()?),
            Place::Device(mut out) => out.flush(),
            Place::Beside { out, target, kept } => persist(out, &target, kept),
        };
        done.map_err(|error| unwritable(error, &self.name, self.lang))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.place {
            Place::Standard(out) => out.write(bytes),
            Place::Device(out) => out.write(bytes),
            Place::Beside { out, .. } => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.place {
            Place::Standard(out) => out.flush(),
            Place::Device(out) => out.flush(),
            Place::Beside { out, .. } => out.flush(),
        }
    }
}

fn unwritable(error: io::Error, name: &str, lang: Lang) -> Error {
    let message = words!(
        zh: "{name}: 写不出，请检查目录的权限和空间",
        en: "{name}: cannot be written; check the folder's rights and space"
    );
    because(error, &message, lang)
}

fn beside(target: &Path) -> io::Result<NamedTempFile> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // The error would name the temporary file, which means nothing to anybody.
    builder.prefix(".biaobu-").tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))
}

fn persist(out: BufWriter<NamedTempFile>, target: &Path, kept: Option<fs::Permissions>) -> io::Result<()> {
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    if let Some(permissions) = kept {
        file.as_file().set_permissions(permissions)?;
    }
    file.persist(target).map_err(|error| error.error)?;
    Ok(())
}
