using System.Globalization;

namespace Sandbox.Runtime;

/// <summary>signal(7): the same numbers on x64 and arm64.</summary>
public static class SignalNames
{
    private static readonly string[] Names =
    [
        "", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE",
        "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ",
        "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
    ];

    /// <summary>Every name, for completion.</summary>
    public static IEnumerable<string> All => Names.Skip(1);

    /// <summary>The name of a number.</summary>
    public static string Name(int number) =>
        number > 0 && number < Names.Length ? Names[number] : number >= 34 ? $"SIGRTMIN+{number - 34}" : number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A number or a name with or without SIG.</summary>
    public static int Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 64) return number;
        var name = text.ToUpperInvariant();
        var found = Array.IndexOf(Names, name.StartsWith("SIG", StringComparison.Ordinal) ? name : "SIG" + name);
        return found > 0 ? found : throw new SandboxException("Signal,EINVAL", SandboxErrorKind.InvalidArgument, $"'{text}' is no signal.", "Give a name of signal(7) such as SIGTERM, or a number from 1 to 64.");
    }
}
