using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Sandbox.HelpBuilder;

/// <summary>Reads a page in platyPS's form: a title, sections at level 2, and entries at level 3.</summary>
public sealed class PageParser
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UsePreciseSourceLocation().Build();
    private static readonly string[] Sections =
        ["SYNOPSIS", "SYNTAX", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "NOTES", "RELATED LINKS"];

    private readonly string file;
    private readonly string source;
    private readonly List<HelpError> errors;
    private readonly HelpPage page;
    private string section = "";
    private string entry = "";

    private PageParser(string file, string source, List<HelpError> errors)
    {
        this.file = file;
        this.source = source;
        this.errors = errors;
        page = new HelpPage(file, Path.GetFileNameWithoutExtension(file));
    }

    /// <summary>The page; what is wrong with it is added to <paramref name="errors"/>.</summary>
    public static HelpPage Parse(string file, List<HelpError> errors)
    {
        var parser = new PageParser(file, File.ReadAllText(file), errors);
        MarkdownDocument document = Markdown.Parse(parser.source, Pipeline);
        if (document.Count == 0 || document[0] is not HeadingBlock { Level: 1 })
            errors.Add(new HelpError(file, 1, $"The page must start with '# {parser.page.Name}'."));
        foreach (Block block in document) parser.Read(block);
        return parser.page;
    }

    private void Read(Block block)
    {
        if (block is LinkReferenceDefinitionGroup) return;
        if (block is HeadingBlock heading) ReadHeading(heading, PageText.Inline(heading.Inline));
        else ReadContent(block);
    }

    private void ReadHeading(HeadingBlock heading, string text)
    {
        if (heading.Level == 1)
        {
            if (text != page.Name) Fail(heading, $"The title is '{text}'; the file's name asks for '{page.Name}'.");
        }
        else if (heading.Level == 2)
        {
            section = text.ToUpperInvariant();
            entry = "";
            if (!Sections.Contains(section)) Fail(heading, $"Unknown section '{text}'. Sections: {string.Join(", ", Sections)}.");
        }
        else if (heading.Level == 3)
        {
            StartEntry(heading, entry = text);
        }
        else
        {
            Fail(heading, $"A heading of level {heading.Level} has no place in a help page: '{text}'.");
        }
    }

    private void StartEntry(HeadingBlock heading, string text)
    {
        int line = heading.Line + 1;
        switch (section)
        {
            case "SYNTAX": break; // the name of a parameter set
            case "EXAMPLES": page.Examples.Add(new HelpExample(text, line)); break;
            case "PARAMETERS" when text.StartsWith('-'): page.Parameters.Add(new HelpEntry(text[1..], line)); break;
            case "PARAMETERS" when text == "CommonParameters": break;
            case "PARAMETERS": Fail(heading, $"'{text}' is no parameter heading; write '### -{text}'."); break;
            case "INPUTS": page.Inputs.Add(new HelpEntry(text, line)); break;
            case "OUTPUTS": page.Outputs.Add(new HelpEntry(text, line)); break;
            default: Fail(heading, $"The section '{section}' has no entries; found '{text}'."); break;
        }
    }

    private void ReadContent(Block block)
    {
        switch (section)
        {
            case "SYNOPSIS": Add(page.Synopsis, block); break;
            case "SYNTAX" when block is FencedCodeBlock code: page.Syntax.Add(Code(code)); break;
            case "DESCRIPTION": Add(page.Description, block); break;
            case "EXAMPLES" when page.Examples.Count > 0: ReadExample(page.Examples[^1], block); break;
            case "PARAMETERS" when entry == "CommonParameters": break; // Get-Help has its own text for them
            case "PARAMETERS" when page.Parameters.Count > 0: ReadParameter(page.Parameters[^1], block); break;
            case "INPUTS" when page.Inputs.Count > 0: Add(page.Inputs[^1].Text, block); break;
            case "OUTPUTS" when page.Outputs.Count > 0: Add(page.Outputs[^1].Text, block); break;
            case "NOTES": Add(page.Notes, block); break;
            case "RELATED LINKS": ReadLinks(block); break;
            default: Fail(block, section.Length == 0 ? "Text before the first section." : $"Text that belongs to no entry of {section}."); break;
        }
    }

    private void ReadExample(HelpExample example, Block block)
    {
        if (block is FencedCodeBlock code && example.Code is null && Language(code) == "powershell") example.Code = Code(code);
        else Add(example.Remarks, block);
    }

    private void ReadParameter(HelpEntry parameter, Block block)
    {
        if (block is FencedCodeBlock code && Language(code) == "yaml") parameter.Yaml = Code(code);
        else Add(parameter.Text, block);
    }

    private void ReadLinks(Block block)
    {
        int before = page.Links.Count;
        page.Links.AddRange(block.Descendants<LinkInline>().Select(link => new HelpLink(PageText.Inline(link), link.Url ?? "")));
        if (page.Links.Count == before) Fail(block, "RELATED LINKS takes links only: [Get-HardenedProcess](Get-HardenedProcess.md).");
    }

    private static string Language(FencedCodeBlock code) => (code.Info ?? "").ToLowerInvariant();

    private static HelpCode Code(FencedCodeBlock code) => new(PageText.Code(code), code.Line + 1);

    private void Add(List<string> paragraphs, Block block) => paragraphs.AddRange(PageText.Paragraphs(block, source));

    private void Fail(Block block, string message) => errors.Add(new HelpError(file, block.Line + 1, message));
}
