using System.Xml.Linq;
using Sandbox.HelpBuilder;

namespace Sandbox.Repository.Tests.Tools;

public sealed class HelpBuilderTests : IDisposable
{
    private const string Page = """
        # Get-Fixture

        ## SYNOPSIS

        Gets a `fixture`.

        ## SYNTAX

        ```
        Get-Fixture [-Name] <string[]> [-Network <NetworkMode>] [-Force] [<CommonParameters>]
        ```

        ```
        Get-Fixture -Id <int> [-Network <NetworkMode>] [-Force] [<CommonParameters>]
        ```

        ## DESCRIPTION

        First **paragraph**.

        - one
        - two

        ## EXAMPLES

        ### Example 1: Get one

        ```powershell
        Get-Fixture -Name a
        ```

        It is there.

        ## PARAMETERS

        ### -Force

        Even if.

        ### -Id

        The id.

        ### -Name

        The name.

        ```yaml
        Type: String[]
        Aliases: Title
        Required: True
        Position: 0
        Accept pipeline input: True (ByValue)
        ```

        ### -Network

        The network.

        ## OUTPUTS

        ### Sandbox.HardeningOutcome

        A row.

        ## RELATED LINKS

        - [Get-Other](Get-Other.md)
        """;

    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    private readonly MadeTree made = new();

    public void Dispose() => made.Dispose();

    [Fact]
    public void A_page_becomes_MAML_with_the_cmdlets_own_metadata()
    {
        Assert.Empty(Compile(Page));
        XElement command = XDocument.Load(made.PathOf("en-US/Sandbox.dll-Help.xml")).Root!.Element(Command + "command")!;
        Assert.Equal("Gets a fixture.", command.Element(Command + "details")!.Element(Maml + "description")!.Value);
        Assert.Equal(["First paragraph.", "- one", "- two"], command.Element(Maml + "description")!.Elements(Maml + "para").Select(para => para.Value));
        Assert.Equal(2, command.Element(Command + "syntax")!.Elements(Command + "syntaxItem").Count());
        XElement name = Parameter(command, "Name");
        Assert.Equal("true", name.Attribute("required")!.Value);
        Assert.Equal("0", name.Attribute("position")!.Value);
        Assert.Equal("True (ByValue)", name.Attribute("pipelineInput")!.Value);
        Assert.Equal("Title", name.Attribute("aliases")!.Value);
        Assert.Equal("String[]", name.Element(Command + "parameterValue")!.Value);
        XElement network = Parameter(command, "Network");
        Assert.Equal("None", network.Element(Dev + "defaultValue")!.Value);
        Assert.Equal(["Host", "None", "Nat", "User"], network.Element(Command + "parameterValueGroup")!.Elements().Select(value => value.Value));
        Assert.Null(Parameter(command, "Force").Element(Command + "parameterValue"));
    }

    [Fact]
    public void Get_Help_reads_it()
    {
        string assembly = typeof(GetFixtureCommand).Assembly.Location;
        Assert.Empty(Compile(Page));
        // Get-Help looks beside the assembly for the assembly's name; ours is for Sandbox.dll, so the test gives the path by itself.
        using var session = new ModuleRunspace();
        string help = Path.Combine(Path.GetDirectoryName(assembly)!, "en-US", Path.GetFileName(assembly) + "-Help.xml");
        Directory.CreateDirectory(Path.GetDirectoryName(help)!);
        File.Copy(made.PathOf("en-US/Sandbox.dll-Help.xml"), help, overwrite: true);
        try
        {
            ScriptResult result = session.Invoke("param($a) Import-Module $a; $h = Get-Help Get-Fixture -Full; $h.Synopsis; @($h.examples.example).Count; $h.examples.example.code; ($h.parameters.parameter | Where-Object name -EQ Name).description.Text", assembly);
            Assert.Equal(["Gets a fixture.", "1", "Get-Fixture -Name a", "The name."], result.Succeeded().Objects.Select(o => o.ToString()));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(help)!, recursive: true);
        }
    }

    [Theory]
    [InlineData("# Get-Fixture", "# Get-Fixtures", 1, "title")]
    [InlineData("## DESCRIPTION", "## DESCRIPTIONS", 17, "Unknown section")]
    [InlineData("### -Force", "### -Farce", 36, "no parameter -Farce")]
    [InlineData("### -Force", "### -Farce", 1, "-Force is not documented")]
    [InlineData("### -Force", "### Force", 36, "write '### -Force'")]
    [InlineData("Even if.", "", 36, "-Force has no text")]
    [InlineData("```powershell", "```sh", 26, "no ```powershell block")]
    [InlineData("Position: 0", "Position: 1", 52, "Position is '0' in the cmdlet, '1' on the page")]
    [InlineData("Position: 0", "Place: 0", 52, "'Place: 0' is none of")]
    [InlineData("Get-Fixture -Id <int>", "Get-Fixture -Id <long>", 13, "not the cmdlet's")]
    [InlineData("- [Get-Other](Get-Other.md)", "Get-Other", 68, "takes links only")]
    [InlineData("## SYNOPSIS", "text\n\n## SYNOPSIS", 3, "before the first section")]
    public void A_wrong_page_is_an_error_that_names_file_and_line(string replace, string by, int line, string message)
    {
        IReadOnlyList<HelpError> errors = Compile(Page.Replace(replace, by, StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Line == line && error.Message.Contains(message, StringComparison.Ordinal) && error.File.EndsWith("Get-Fixture.md", StringComparison.Ordinal));
        Assert.False(Directory.Exists(made.PathOf("en-US")));
    }

    [Fact]
    public void A_page_of_no_cmdlet_is_an_error()
    {
        made.With("docs/Get-Nothing.md", "# Get-Nothing");
        Assert.Contains(Compile(Page), error => error.Message.Contains("no cmdlet Get-Nothing", StringComparison.Ordinal));
    }

    [Fact]
    public void A_topic_becomes_text()
    {
        made.With("docs/about_Fixture.md", "# about_Fixture\n\n## SHORT DESCRIPTION\n\nOn `it`.\n\n```powershell\nGet-Fixture # a\n```\n");
        Assert.Empty(Compile(Page));
        Assert.Equal("ABOUT_FIXTURE\n\nSHORT DESCRIPTION\n\nOn it.\n\n    Get-Fixture # a\n\n", File.ReadAllText(made.PathOf("en-US/about_Fixture.help.txt")));
        made.With("docs/about_Fixture.md", "# about_Other\n");
        Assert.Equal(2, Compile(Page).Count);
    }

    private IReadOnlyList<HelpError> Compile(string page)
    {
        made.With("docs/Get-Fixture.md", page);
        return HelpCompiler.Compile(made.PathOf("docs"), typeof(GetFixtureCommand).Assembly.Location, made.PathOf("en-US"));
    }

    private static XElement Parameter(XElement command, string name) =>
        command.Element(Command + "parameters")!.Elements().Single(parameter => parameter.Element(Maml + "name")!.Value == name);
}
