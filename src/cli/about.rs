//! What the program says of itself: the start guide, completions and the manual page.

use std::io::Write as _;

use anyhow::Result;
use biaobu::lang::Lang;
use biaobu::words;
use clap::CommandFactory as _;
use clap_complete::Shell;

use super::args::Args;
use super::{Done, files};

/// `biaobu` alone: what to type first.
pub fn start(lang: Lang) -> Result<Done> {
    let guide = words!(
        zh: "标补：企业能拿哪些标准化补贴，多少，依据哪一条，为什么不是更多。\n\n\
             1. 把成果写进表格，每行一项（Excel、ODS 或 CSV），不知道的留空。\n\
             2. 看有哪些政策：\n     biaobu policies\n\
             3. 逐项测算：\n     biaobu estimate 成果.xlsx --policy tianjin-2021 --year 2022\n\
             4. 讲清一项：\n     biaobu explain 成果.xlsx --policy tianjin-2021 --year 2022 --item A1\n\n\
             全部命令：biaobu --help；某个命令：biaobu estimate --help；英文：--lang en\n",
        en: "biaobu: which Chinese standardization subsidies a company can claim, how much,\n\
             by which clause, and why not more.\n\n\
             1. List the achievements in a table, one per row (Excel, ODS or CSV); leave\n   blank what is not known.\n\
             2. See which policies there are:\n     biaobu policies\n\
             3. Compute the awards, item by item:\n     biaobu estimate list.xlsx --policy tianjin-2021 --year 2022\n\
             4. Have one item explained:\n     biaobu explain list.xlsx --policy tianjin-2021 --year 2022 --item A1\n\n\
             All commands: biaobu --help; one of them: biaobu estimate --help; Chinese: --lang zh\n"
    );
    files::write(None, lang, |out| out.write_all(guide.get(lang).as_bytes()))?;
    Ok(Done::Clean)
}

pub fn completions(shell: Shell, lang: Lang) -> Result<Done> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "biaobu", &mut script);
    files::write(None, lang, |out| out.write_all(&script))?;
    Ok(Done::Clean)
}

/// One page with every command, each below the other.
pub fn manual(lang: Lang) -> Result<Done> {
    let command = Args::command();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for sub in command.get_subcommands() {
        let named = sub.clone().bin_name(format!("biaobu {}", sub.get_name()));
        let man = clap_mangen::Man::new(named);
        writeln!(page, ".SH \"BIAOBU {}\"", sub.get_name().to_uppercase())?;
        man.render_description_section(&mut page)?;
        man.render_synopsis_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    files::write(None, lang, |out| out.write_all(&page))?;
    Ok(Done::Clean)
}
