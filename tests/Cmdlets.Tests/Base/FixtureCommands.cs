using System.Management.Automation;
using Sandbox.Cmdlets.Base;
using Sandbox.Cmdlets.Binding;

namespace Sandbox.Cmdlets.Tests.Base;

/// <summary>Fails as it is told.</summary>
[Cmdlet(VerbsDiagnostic.Test, "FixtureError")]
public sealed class TestFixtureErrorCommand : SandboxCmdlet
{
    [Parameter(Mandatory = true)]
    public SandboxErrorKind Kind { get; set; }

    [Parameter]
    public SwitchParameter Terminating { get; set; }

    protected override void ProcessRecord()
    {
        var error = new SandboxException("Fixture,REASON", Kind, "It failed.", "Do this.");
        if (Terminating) ThrowSandboxError(error, "target");
        WriteSandboxError(error, "target");
        WriteObject("went on");
    }
}

/// <summary>Binds a size, a time and a path, and writes them.</summary>
[Cmdlet(VerbsDiagnostic.Test, "FixtureBinding")]
public sealed class TestFixtureBindingCommand : SandboxCmdlet
{
    [Parameter]
    [SizeTransformation]
    public long? Size { get; set; }

    [Parameter]
    [TimeTransformation]
    public TimeSpan? Time { get; set; }

    [Parameter]
    public string? Path { get; set; }

    protected override void ProcessRecord()
    {
        if (Size is { } size) WriteObject(size);
        if (Time is { } time) WriteObject(time);
        if (Path is null) return;
        try
        {
            WriteObject(ResolvePath(Path, nameof(Path)));
        }
        catch (SandboxException e)
        {
            WriteSandboxError(e, Path);
        }
    }
}

/// <summary>Writes a number, then waits for its cancellation and says so.</summary>
[Cmdlet(VerbsDiagnostic.Test, "FixtureWait")]
public sealed class TestFixtureWaitCommand : SandboxCmdlet
{
    private Thread? thread;

    [Parameter(Mandatory = true)]
    public ManualResetEventSlim Cancelled { get; set; } = null!;

    [Parameter]
    public SwitchParameter Block { get; set; }

    [Parameter]
    public CancellationToken Release { get; set; }

    protected override void ProcessRecord()
    {
        CancellationToken token = CancellationToken;
        CancellationToken release = Release;
        ManualResetEventSlim cancelled = Cancelled;
        thread = new Thread(() =>
        {
            if (WaitHandle.WaitAny([token.WaitHandle, release.WaitHandle]) == 0) cancelled.Set();
        }) { IsBackground = true, Name = "fixture" };
        thread.Start();
        WriteObject(1);
        if (Block) thread.Join();
        else WriteObject(2);
    }
}
