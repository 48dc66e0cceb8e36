using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Sandbox.Shell;

/// <summary>One run of a command or script, with pwsh's exit codes.</summary>
internal sealed class ShellSession(ShellOptions options)
{
    public const int UsageError = 64; // as pwsh's
    private const int Failed = 1;
    private const int Interrupted = 130; // 128 + SIGINT, as a shell says it

    private const string SuccessVariable = "__ShellSucceeded";

    private readonly ShellHost host = new();
    private volatile PowerShell? running;
    private volatile bool interrupted;

    public int Run()
    {
        using Runspace runspace = RunspaceFactory.CreateRunspace(host, InitialSessionState.CreateDefault2());
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        Console.CancelKeyPress += OnCancel;
        try
        {
            if (options.Module is not null && !Invoke(runspace, shell => shell.AddCommand("Import-Module")
                .AddParameter("Name", options.Module).AddParameter("ErrorAction", "Stop")))
                return Failed;
            if (options.File is not null && !File.Exists(options.File))
            {
                Console.Error.WriteLine($"The script {options.File} does not exist.");
                return UsageError;
            }

            bool completed = Invoke(runspace, shell => shell.AddScript(Work, useLocalScope: false));
            if (interrupted) return Interrupted;
            if (host.ExitCode is { } code) return code;
            if (!completed) return Failed;
            if (runspace.SessionStateProxy.GetVariable(SuccessVariable) is true) return 0;
            return options.File is not null && runspace.SessionStateProxy.GetVariable("LASTEXITCODE") is int last && last != 0 ? last : Failed;
        }
        finally
        {
            Console.CancelKeyPress -= OnCancel;
        }
    }

    // $? is that of the text's last statement only when it is read within the same script.
    private string Work =>
        (options.Command ?? ScriptArguments.Call(options.File!, options.Arguments)) + $"\n$global:{SuccessVariable} = $?";

    private bool Invoke(Runspace runspace, Action<PowerShell> add)
    {
        using PowerShell shell = PowerShell.Create(runspace);
        add(shell);
        // Errors are formatted with the output, in order; the host sends them to standard error.
        shell.Commands.Commands[^1].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand("Out-Default");
        running = shell;
        try
        {
            shell.Invoke();
            return true;
        }
        catch (PipelineStoppedException) when (interrupted)
        {
            return false;
        }
        catch (RuntimeException e)
        {
            Report(runspace, e.ErrorRecord);
            return false;
        }
        finally
        {
            running = null;
        }
    }

    // A record that is merely output would be formatted as data, to standard output.
    private static void Report(Runspace runspace, ErrorRecord error)
    {
        using PowerShell shell = PowerShell.Create(runspace);
        shell.AddScript("[CmdletBinding()] param($Record) $PSCmdlet.WriteError($Record)").AddArgument(error);
        shell.Commands.Commands[^1].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand("Out-Default").Invoke();
    }

    private void OnCancel(object? sender, ConsoleCancelEventArgs press)
    {
        press.Cancel = true;
        interrupted = true;
        running?.BeginStop(null, null);
    }
}
