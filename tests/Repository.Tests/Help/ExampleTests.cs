using System.Management.Automation;
using System.Management.Automation.Language;
using Sandbox.HelpBuilder;

namespace Sandbox.Repository.Tests.Help;

/// <summary>The examples of the process and profile pages, run as they stand in a folder that has the files which they name.</summary>
public sealed class ExampleTests : IDisposable
{
    private readonly MadeTree made = new();

    public ExampleTests()
    {
        made.With("project/hello.c", "#include <stdio.h>\nint main(void) { puts(\"hello\"); }\n");
        made.With("data.csv", "b\na\n");
        made.With("filter.py", "#!/usr/bin/python3\nimport sys\nsys.stdout.write(sys.stdin.read())\n");
        File.SetUnixFileMode(made.PathOf("filter.py"), (UnixFileMode)0b111_101_101);
        made.With("job.py", "print('job')\n");
        made.With("server.js", "");
        made.With("Makefile", "all:\n\ttrue\n");
        made.With("mine.json", "{ \"extends\": \"Strict\", \"name\": \"Mine\" }");
        made.With("mine.psd1", "@{ Extends = 'Strict'; Name = 'Mine' }");
    }

    public static TheoryData<string, int> Examples()
    {
        var data = new TheoryData<string, int>();
        foreach (string file in Repository.Tree.Under("docs/en-US", ".md").Where(file => file.Contains("-Harden", StringComparison.Ordinal)))
        {
            HelpPage page = PageParser.Parse(Path.Combine(Repository.Tree.Root, file), []);
            for (int i = 0; i < page.Examples.Count; i++) data.Add(page.Name, i);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_runs(string name, int number)
    {
        HelpPage page = PageParser.Parse(Path.Combine(Repository.Tree.Root, "docs/en-US", name + ".md"), []);
        string code = page.Examples[number].Code!.Text;
        using var session = new ModuleRunspace();
        Ast script = Parser.ParseInput(code, out _, out _);
        string[] commands = [.. script.FindAll(ast => ast is CommandAst, true).Cast<CommandAst>().Select(c => c.GetCommandName()).Where(c => c?.Contains('-', StringComparison.Ordinal) == true)!];
        HashSet<string> known = [.. session.Invoke("(Get-Command -CommandType Cmdlet, Function).Name").Succeeded().Objects.Select(o => o.ToString()!)];
        Assert.SkipWhen(commands.FirstOrDefault(c => !known.Contains(c)) is not null, $"{commands.FirstOrDefault(c => !known.Contains(c))} isn't there without pwsh");
        foreach (string program in new[] { "gcc", "make", "node" })
        {
            Assert.SkipWhen(code.Contains($"Process {program} ", StringComparison.Ordinal) && !File.Exists($"/usr/bin/{program}"), $"{program} is not installed");
        }

        session.Invoke("param($d) $ExecutionContext.SessionState.Path.SetLocation($d)", Path.GetDirectoryName(made.PathOf("job.py"))).Succeeded();
        try
        {
            session.Invoke(code).Succeeded();
        }
        finally
        {
            session.Invoke("Get-HardenedProcess -Running | Stop-HardenedProcess -Force");
        }
    }

    public void Dispose() => made.Dispose();
}
