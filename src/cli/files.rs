//! Bytes in and out. A file is written under a temporary name and renamed at the end, so that no half file is left.

use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use biaobu::input::Source;
use biaobu::rulefile::RuleFile;

/// Reads a file, or standard input for `-`.
pub fn read(path: &Path) -> Result<Source> {
    let name = path.display().to_string();
    if name == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).context("标准输入读不出 / cannot read standard input")?;
        return Ok(Source { name, bytes });
    }
    if path.is_dir() {
        bail!("{name}: 这是目录，应为 CSV 文件 / this is a folder, expected a CSV file");
    }
    let bytes = fs::read(path).with_context(|| {
        format!("{name}: 文件读不出，请检查路径和权限 / cannot read the file, check path and rights")
    })?;
    Ok(Source { name, bytes })
}

/// The rule files of files and folders (`*.toml`), in order of name.
pub fn rule_files(paths: &[PathBuf]) -> Result<Vec<RuleFile>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let entries = fs::read_dir(path)
                .with_context(|| format!("{}: 目录读不出 / cannot read the folder", path.display()))?;
            let mut inside: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            inside.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
            inside.sort();
            if inside.is_empty() {
                bail!("{}: 目录里没有 .toml 规则文件 / no .toml rule file in this folder", path.display());
            }
            for file in inside {
                files.push(rule_file(&file)?);
            }
        } else {
            files.push(rule_file(path)?);
        }
    }
    Ok(files)
}

/// The official text `name` in a folder of texts.
pub fn official_text(folder: &Path, name: &str) -> Result<String> {
    let path = folder.join(name);
    fs::read_to_string(&path).with_context(|| format!("{}: 正文读不出 / cannot read the official text", path.display()))
}

fn rule_file(path: &Path) -> Result<RuleFile> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).with_context(|| {
        format!("{name}: 规则文件读不出，应为 UTF-8 文本 / cannot read the rule file, expected UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok(RuleFile { name, text })
}

/// Hands a writer for `path` (none or `-`: standard output) to `write`.
pub fn write(path: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let Some(path) = path.filter(|path| *path != Path::new("-")) else {
        let mut out = BufWriter::new(io::stdout().lock());
        write(&mut out)?;
        return Ok(out.flush()?);
    };
    let name = path.display();
    let failed = || format!("{name}: 写不出，请检查目录和权限 / cannot write, check folder and rights");
    if path.is_dir() {
        bail!("{name}: 这是目录，应为文件名 / this is a folder, expected a file name");
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.prefix(".biaobu-").tempfile_in(folder).with_context(failed)?;
    let mut out = BufWriter::new(file);
    write(&mut out).with_context(failed)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error).with_context(failed)?;
    file.persist(path).map_err(|error| error.error).with_context(failed)?;
    Ok(())
}
