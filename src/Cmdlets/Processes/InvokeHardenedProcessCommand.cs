using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Runtime;

namespace Sandbox.Cmdlets;

/// <summary>Runs a program under protections as if it were called by name: its lines pass through, its exit code is in $LASTEXITCODE.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "HardenedProcess", SupportsShouldProcess = true)]
[OutputType(typeof(string))]
public sealed class InvokeHardenedProcessCommand : LaunchCmdlet
{
    private HardenedProcess? _running;

    /// <summary>Write the lines of the standard error to the pipeline too.</summary>
    [Parameter]
    public SwitchParameter MergeStandardError { get; set; }

    /// <summary>Record every call that something refuses, for <c>Get-SandboxViolation</c>.</summary>
    [Parameter]
    public SwitchParameter RecordViolation { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        OutputSubscription? subscription = null;
        if (Launch(r => r with { RecordViolations = RecordViolation }, p => subscription = OutputSubscription.To(p)) is not { } process) return;
        _running = process;
        using (subscription)
        {
            foreach (var line in subscription!.Lines(null, CancellationToken)) Pass(line);
        }

        process.Wait(System.Threading.Timeout.InfiniteTimeSpan, CancellationToken);
        _running = null;
        // 128 + n is how shells report a signal.
        SessionState.PSVariable.Set("global:LASTEXITCODE", process.ExitCode ?? 128 + (process.SignalNumber ?? 0));
        Report(process);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _running?.Stop(TimeSpan.Zero);
    }

    // The standard error of a native command goes past the pipeline to the terminal, and stops no script.
    private void Pass(OutputLine line)
    {
        if (MergeStandardError || line.Stream == "StandardOutput") WriteObject(line.Text);
        else if (Host?.UI is { } terminal) terminal.WriteErrorLine(line.Text);
        else WriteInformation(line, ["StandardError"]);
    }

    private void Report(HardenedProcess process)
    {
        if (process.TimedOut) WriteSandboxError(new("InvokeHardenedProcess,ETIMEDOUT", SandboxErrorKind.OperationTimeout, $"{process} was ended after its time limit of {process.Profile.Timeout} s.", "Raise -Timeout."), process);
        if (process.OutOfMemory) WriteSandboxError(new("InvokeHardenedProcess,ENOMEM", SandboxErrorKind.ResourceUnavailable, $"{process} ran out of its memory of {process.Profile.MemoryLimit} bytes.", "Raise -MemoryLimit."), process);
        WriteRecordFailures(process);
        foreach (var denial in process.Denials) WriteVerbose($"Refused: {denial}");
    }
}
