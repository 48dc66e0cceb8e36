using System.Diagnostics.CodeAnalysis;

namespace Sandbox.Shell;

/// <summary>The command line, in pwsh's terms: <c>-File</c> takes all that follows as the script's arguments.</summary>
internal sealed record ShellOptions
{
    public const string Usage = "Usage: Shell [-Module manifest] [-NonInteractive] (-Command text | -File script.ps1 [argument ...])";

    public string? Module { get; init; }

    public string? Command { get; init; }

    public string? File { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out ShellOptions? options, out string problem)
    {
        options = null;
        problem = "";
        var parsed = new ShellOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            // Nothing here ever prompts and there are no profiles: both are what this host does anyway.
            if (Is(name, "-NonInteractive") || Is(name, "-NoProfile")) continue;
            if (i + 1 == arguments.Length)
            {
                problem = $"{name} is unknown or lacks its value.";
                return false;
            }

            if (Is(name, "-Module"))
            {
                parsed = parsed with { Module = arguments[++i] };
            }
            else if (Is(name, "-File"))
            {
                options = parsed with { File = Path.GetFullPath(arguments[i + 1]), Arguments = arguments[(i + 2)..] };
                return true;
            }
            else if (Is(name, "-Command"))
            {
                options = parsed with { Command = string.Join(' ', arguments[(i + 1)..]) };
                return true;
            }
            else
            {
                problem = $"Unknown option {name}.";
                return false;
            }
        }

        problem = "Give -Command or -File.";
        return false;
    }

    private static bool Is(string given, string option) => given.Equals(option, StringComparison.OrdinalIgnoreCase);
}
