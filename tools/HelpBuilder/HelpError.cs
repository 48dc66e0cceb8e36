namespace Sandbox.HelpBuilder;

/// <summary>What is wrong with a page, in the form that MSBuild and editors turn into a link.</summary>
public sealed record HelpError(string File, int Line, string Message)
{
    public override string ToString() => $"{File}({Line}): error HELP: {Message}";
}
