using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;

namespace Sandbox.Shell;

/// <summary>Objects go to standard output; errors and the other streams to standard error, so that output can be piped on.</summary>
internal sealed class ShellUserInterface : PSHostUserInterface
{
    private const string NotInteractive = "This host is not interactive: give the value as a parameter.";

    public override PSHostRawUserInterface RawUI { get; } = new ShellRawUserInterface();

    // The format system decorates always; leaving the colours out where there is no terminal is the host's part.
    public override bool SupportsVirtualTerminal { get; } =
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public override void Write(string value) => Console.Out.Write(Plain(value, SupportsVirtualTerminal));

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Console.Out.Write(Plain(value, SupportsVirtualTerminal));

    public override void WriteLine(string value) => Console.Out.WriteLine(Plain(value, SupportsVirtualTerminal));

    public override void WriteErrorLine(string value) => Console.Error.WriteLine(Plain(value, !Console.IsErrorRedirected));

    public override void WriteWarningLine(string message) => Console.Error.WriteLine($"WARNING: {message}");

    public override void WriteVerboseLine(string message) => Console.Error.WriteLine($"VERBOSE: {message}");

    public override void WriteDebugLine(string message) => Console.Error.WriteLine($"DEBUG: {message}");

    // A progress bar would be noise in a script's log.
    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
    }

    public override string ReadLine() => Console.In.ReadLine() ?? throw new PSInvalidOperationException(NotInteractive);

    public override SecureString ReadLineAsSecureString() => throw new PSInvalidOperationException(NotInteractive);

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        throw new PSInvalidOperationException(NotInteractive);

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        throw new PSInvalidOperationException(NotInteractive);

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw new PSInvalidOperationException(NotInteractive);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        throw new PSInvalidOperationException(NotInteractive);

    private static string Plain(string value, bool decorated) =>
        decorated ? value : new StringDecorated(value).ToString(OutputRendering.PlainText);
}
