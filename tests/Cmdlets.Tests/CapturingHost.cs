using System.Globalization;
using System.Management.Automation.Host;

namespace Sandbox.Cmdlets.Tests;

/// <summary>A host that keeps what is written to it.</summary>
public sealed class CapturingHost : PSHost
{
    private readonly CapturingUserInterface ui = new();

    public string Text => ui.Text;

    public override string Name => "Sandbox.Tests";

    public override Version Version { get; } = new(1, 0);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI => ui;

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public void Clear() => ui.Clear();

    public override void SetShouldExit(int exitCode)
    {
    }

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }
}
