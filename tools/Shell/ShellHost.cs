using System.Globalization;
using System.Management.Automation.Host;

namespace Sandbox.Shell;

/// <summary>The host that the engine writes to: a console without prompts.</summary>
internal sealed class ShellHost : PSHost
{
    private readonly ShellUserInterface ui = new();

    /// <summary>What <c>exit</c> asked for; null where nothing did.</summary>
    public int? ExitCode { get; private set; }

    public override string Name => "Sandbox.Shell";

    public override Version Version => typeof(ShellHost).Assembly.GetName().Version!;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI => ui;

    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw new NotSupportedException("This host is not interactive.");

    public override void ExitNestedPrompt() => throw new NotSupportedException("This host is not interactive.");

    // Programs that are run write to the same terminal; there is no state to save for them.
    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }
}
