using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Sandbox.Cmdlets.Tests;

/// <summary>A session of its own with the staged module imported by its manifest, as a user's is.</summary>
public sealed class ModuleRunspace : IDisposable
{
    private readonly Runspace runspace;
    private readonly CapturingHost host = new();

    /// <summary>Opens the session.</summary>
    /// <param name="import">Whether to import the module.</param>
    /// <param name="cmdlets">Further cmdlet classes of the test itself.</param>
    public ModuleRunspace(bool import = true, params Type[] cmdlets)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        foreach (Type type in cmdlets)
        {
            var attribute = (CmdletAttribute)type.GetCustomAttributes(typeof(CmdletAttribute), inherit: false).Single();
            state.Commands.Add(new SessionStateCmdletEntry($"{attribute.VerbName}-{attribute.NounName}", type, helpFileName: null));
        }

        runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
        if (import) Invoke("param($Manifest) Import-Module $Manifest -ErrorAction Stop", StagedModule.Manifest).Succeeded();
    }

    /// <summary>Runs a script; arguments bind to its param block.</summary>
    public ScriptResult Invoke(string script, params object?[] arguments)
    {
        using PowerShell shell = Create(script, arguments);
        var output = new PSDataCollection<PSObject>();
        RuntimeException? thrown = null;
        try
        {
            shell.Invoke(null, output);
        }
        catch (RuntimeException e)
        {
            thrown = e;
        }

        return new ScriptResult(
            [.. output], [.. shell.Streams.Error], [.. shell.Streams.Warning.Select(w => w.Message)], [.. shell.Streams.Verbose.Select(v => v.Message)], thrown);
    }

    /// <summary>What a user sees of a script's output on a terminal of 100 columns: through the views, without colours.</summary>
    public string Render(string script, params object?[] arguments)
    {
        using PowerShell shell = Create(script, arguments);
        host.Clear();
        shell.AddCommand("Out-Default").Invoke();
        Assert.Empty(shell.Streams.Error);
        return host.Text;
    }

    /// <summary>What Tab offers at the end of a text.</summary>
    public IReadOnlyList<CompletionResult> Complete(string text)
    {
        using PowerShell shell = PowerShell.Create(runspace);
        return CommandCompletion.CompleteInput(text, text.Length, options: null, shell).CompletionMatches;
    }

    /// <summary>A prepared pipeline, for a test that stops it or reads its output as it comes.</summary>
    public PowerShell Create(string script, params object?[] arguments)
    {
        PowerShell shell = PowerShell.Create(runspace);
        shell.AddScript(script);
        foreach (object? argument in arguments) shell.AddArgument(argument);
        return shell;
    }

    public void Dispose() => runspace.Dispose();
}
