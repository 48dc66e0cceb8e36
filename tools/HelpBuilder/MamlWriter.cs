using System.Globalization;
using System.Management.Automation;
using System.Xml.Linq;

namespace Sandbox.HelpBuilder;

/// <summary>Writes the MAML that Get-Help reads (the schema under Schemas/PSMaml of PowerShell's home).</summary>
internal static class MamlWriter
{
    private static readonly XNamespace Help = "http://msh";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    // Get-Help shows nothing of a parameter that the MAML lacks, and these two no one could guess from <CommonParameters>.
    private static readonly Dictionary<string, string> ShouldProcess = new()
    {
        ["Confirm"] = "Asks before anything is done.",
        ["WhatIf"] = "Says what would be done, and does nothing.",
    };

    public static XDocument Write(IEnumerable<(HelpPage Page, CmdletInfo Cmdlet)> pages) => new(
        new XDeclaration("1.0", "utf-8", null),
        new XElement(Help + "helpItems", new XAttribute("schema", "maml"), pages.Select(pair => WriteCommand(pair.Page, pair.Cmdlet))));

    private static XElement WriteCommand(HelpPage page, CmdletInfo cmdlet) => new(
        Command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", Maml), new XAttribute(XNamespace.Xmlns + "command", Command), new XAttribute(XNamespace.Xmlns + "dev", Dev),
        new XElement(
            Command + "details", new XElement(Command + "name", cmdlet.Name), new XElement(Command + "verb", cmdlet.Verb),
            new XElement(Command + "noun", cmdlet.Noun), Description(page.Synopsis)),
        Description(page.Description),
        new XElement(Command + "syntax", cmdlet.ParameterSets.Select(set => SyntaxItem(page, cmdlet, set))),
        new XElement(Command + "parameters", Shown(cmdlet).Select(parameter => Parameter(page, cmdlet, parameter))),
        new XElement(Command + "inputTypes", page.Inputs.Select(entry => TypeEntry("inputType", entry))),
        new XElement(Command + "returnValues", page.Outputs.Select(entry => TypeEntry("returnValue", entry))),
        new XElement(Maml + "alertSet", new XElement(Maml + "alert", Paragraphs(page.Notes))),
        new XElement(Command + "examples", page.Examples.Select(Example)),
        new XElement(Command + "relatedLinks", page.Links.Select(Link)));

    private static bool IsShown(string name) => !CmdletMetadata.IsCommon(name) || ShouldProcess.ContainsKey(name);

    private static IEnumerable<ParameterMetadata> Shown(CmdletInfo cmdlet) =>
        cmdlet.Parameters.Values.Where(parameter => IsShown(parameter.Name)).OrderBy(parameter => parameter.Name, StringComparer.Ordinal);

    private static XElement SyntaxItem(HelpPage page, CmdletInfo cmdlet, CommandParameterSetInfo set) => new(
        Command + "syntaxItem", new XElement(Maml + "name", cmdlet.Name),
        set.Parameters.Where(parameter => IsShown(parameter.Name)).OrderBy(parameter => parameter.Position < 0 ? int.MaxValue : parameter.Position)
            .Select(parameter => ParameterElement(
                page, cmdlet, parameter.Name, parameter.ParameterType, parameter.IsMandatory, parameter.Position,
                ParameterFacts.Pipeline(parameter.ValueFromPipeline, parameter.ValueFromPipelineByPropertyName), parameter.Aliases)));

    private static XElement Parameter(HelpPage page, CmdletInfo cmdlet, ParameterMetadata parameter)
    {
        Dictionary<string, string> facts = ParameterFacts.Of(cmdlet, parameter);
        return ParameterElement(
            page, cmdlet, parameter.Name, parameter.ParameterType, parameter.ParameterSets.Values.Any(set => set.IsMandatory),
            parameter.ParameterSets.Values.Max(set => set.Position), facts["Accept pipeline input"], parameter.Aliases);
    }

    private static XElement ParameterElement(
        HelpPage page, CmdletInfo cmdlet, string name, Type type, bool mandatory, int position, string pipeline, IEnumerable<string> aliases)
    {
        bool wildcards = cmdlet.Parameters[name].Attributes.OfType<SupportsWildcardsAttribute>().Any();
        bool isSwitch = type == typeof(SwitchParameter);
        Type bare = Nullable.GetUnderlyingType(type) ?? type;
        return new XElement(
            Command + "parameter",
            new XAttribute("required", Lower(mandatory)), new XAttribute("variableLength", Lower(type.IsArray)), new XAttribute("globbing", Lower(wildcards)),
            new XAttribute("pipelineInput", pipeline), new XAttribute("position", ParameterFacts.Position(position).ToLowerInvariant()),
            new XAttribute("aliases", aliases.Any() ? string.Join(", ", aliases) : "none"),
            new XElement(Maml + "name", name),
            Description(page.Parameters.SingleOrDefault(entry => entry.Name == name)?.Text ?? [ShouldProcess[name]]),
            bare.IsEnum
                ? new XElement(
                    Command + "parameterValueGroup",
                    Enum.GetNames(bare).Select(value => new XElement(
                        Command + "parameterValue", new XAttribute("required", "false"), new XAttribute("variableLength", "false"), value)))
                : null,
            isSwitch
                ? null
                : new XElement(
                    Command + "parameterValue", new XAttribute("required", "true"), new XAttribute("variableLength", Lower(type.IsArray)), ParameterFacts.TypeName(type)),
            new XElement(Dev + "type", new XElement(Maml + "name", ParameterFacts.TypeName(type)), new XElement(Maml + "uri")),
            new XElement(Dev + "defaultValue", CmdletMetadata.DefaultValue(cmdlet, name)));
    }

    private static XElement TypeEntry(string element, HelpEntry entry) => new(
        Command + element, new XElement(Dev + "type", new XElement(Maml + "name", entry.Name)), Description(entry.Text));

    private static XElement Example(HelpExample example, int index)
    {
        string title = example.Title.StartsWith("Example ", StringComparison.OrdinalIgnoreCase)
            ? example.Title : string.Create(CultureInfo.InvariantCulture, $"Example {index + 1}: {example.Title}");
        return new XElement(
            Command + "example", new XElement(Maml + "title", $"-------------------------- {title} --------------------------"),
            new XElement(Dev + "code", example.Code!.Text), new XElement(Dev + "remarks", Paragraphs(example.Remarks)));
    }

    private static XElement Link(HelpLink link) => new(
        Maml + "navigationLink", new XElement(Maml + "linkText", link.Text),
        // A link to another page is followed by name; Get-Help can't open a markdown file.
        new XElement(Maml + "uri", link.Uri.EndsWith(".md", StringComparison.Ordinal) ? "" : link.Uri));

    private static XElement Description(IEnumerable<string> paragraphs) => new(Maml + "description", Paragraphs(paragraphs));

    private static IEnumerable<XElement> Paragraphs(IEnumerable<string> paragraphs) => paragraphs.Select(text => new XElement(Maml + "para", text));

    private static string Lower(bool value) => value ? "true" : "false";
}
