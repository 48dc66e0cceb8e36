using System.Text;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Sandbox.HelpBuilder;

/// <summary>Markdown as the plain text that Get-Help prints.</summary>
internal static class PageText
{
    /// <summary>One paragraph of help for each paragraph, list item or code block.</summary>
    public static IEnumerable<string> Paragraphs(Block block, string source) => block switch
    {
        ParagraphBlock paragraph => [Inline(paragraph.Inline)],
        CodeBlock code => [Indent(Code(code), "    ")],
        ListBlock list => list.Cast<ListItemBlock>().Select((item, index) => Item(list, item, index, source)),
        // A table reads well enough as it is written.
        _ => [source.Substring(block.Span.Start, block.Span.Length)],
    };

    public static string Code(CodeBlock code) => code.Lines.ToString().TrimEnd();

    public static string Inline(ContainerInline? container)
    {
        var text = new StringBuilder();
        foreach (Inline inline in container ?? []) Append(text, inline);
        return text.ToString().Trim();
    }

    private static string Item(ListBlock list, ListItemBlock item, int index, string source)
    {
        string mark = list.IsOrdered ? $"{index + 1}. " : "- ";
        string body = string.Join('\n', item.SelectMany(block => Paragraphs(block, source)));
        return mark + Indent(body, new string(' ', mark.Length)).TrimStart();
    }

    private static string Indent(string text, string by) => string.Join('\n', text.Split('\n').Select(line => line.Length == 0 ? line : by + line));

    private static void Append(StringBuilder text, Inline inline)
    {
        switch (inline)
        {
            case LiteralInline literal: text.Append(literal.Content.ToString()); break;
            case CodeInline code: text.Append(code.Content); break;
            case LineBreakInline line: text.Append(line.IsHard ? '\n' : ' '); break;
            case AutolinkInline auto: text.Append(auto.Url); break;
            case HtmlEntityInline entity: text.Append(entity.Transcoded.ToString()); break;
            case HtmlInline html: text.Append(html.Tag); break;
            case ContainerInline container:
                foreach (Inline child in container) Append(text, child);
                break;
        }
    }
}
