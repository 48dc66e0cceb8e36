using System.Diagnostics;

namespace Sandbox.Bench.Network;

/// <summary>The namespaces of a <see cref="NetworkWorld"/>, and what is where in them.</summary>
internal sealed record NetworkNames(string Prefix)
{
    public const string Uplink = "up0", HostAddress = "198.51.100.1", ServerGateway = "198.51.100.2";

    /// <summary>Not the gateway's, which pasta takes for the host's loopback.</summary>
    public const string ServerAddress = "203.0.113.9";

    public string Host => Prefix + "h";

    public string Server => Prefix + "s";

    public string Target => Prefix + "t";

    public string User => Prefix + "u";

    public string Router => Prefix + "r";

    public string Client => Prefix + "c";

    public string Translator => Prefix + "m";

    public string TranslatedClient => Prefix + "g";

    /// <summary>What starts a program in a namespace, and gives it its place.</summary>
    public static string[] Enter(string space) => ["ip", "netns", "exec", space];

    /// <summary>Starts a program in a namespace, and waits for the first line that it writes. It takes the place of ip.</summary>
    public static Process Start(string space, params string[] command)
    {
        var process = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", space, .. command]) { RedirectStandardOutput = true })!;
        if (process.StandardOutput.ReadLine() is null) throw new InvalidOperationException($"{string.Join(' ', command)} doesn't start.");
        return process;
    }
}
