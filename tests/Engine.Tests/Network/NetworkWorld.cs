using System.Diagnostics;

namespace Sandbox.Tests.Network;

/// <summary>
/// Two network namespaces of a test's own: a host, and a server that it reaches by its default route. The server has no way back to the
/// addresses of sandboxes: only what leaves by the host's own gets an answer. The machine's interfaces and rules are never touched.
/// </summary>
public sealed class NetworkWorld : IDisposable
{
    public const string Server = "198.51.100.2", Private = "10.9.9.9", Metadata = "169.254.169.254", Server6 = "2001:db8:1::2", Private6 = "fd99::9";
    public const string Host = "198.51.100.1", Host6 = "2001:db8:1::1";
    private const string Mark = "from 127.0.0.1 to 127.0.0.1";
    private static int _count;
    private readonly string _name = $"sbt{Environment.ProcessId}{Interlocked.Increment(ref _count)}";
    private readonly List<Process> _processes = [];
    private readonly List<string> _seen = [];
    private int _marks;

    public NetworkWorld()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Assert.SkipUnless(File.Exists("/usr/sbin/nft"), "needs nft");
        try
        {
            Make();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the server has seen up to now: <c>from ADDRESS to ADDRESS</c>.</summary>
    public string[] Seen
    {
        get
        {
            // It serves one after the other: what came before a connection of our own is known once that is.
            var marks = ++_marks;
            OnServer("curl", "-sS", "-m", "20", "http://127.0.0.1/");
            Assert.True(Runtime.ProcessState.Eventually(() => Lines(s => s == Mark).Length >= marks), "the server doesn't tell what it sees");
            return Lines(s => s != Mark);
        }
    }

    private string[] Lines(Func<string, bool> which)
    {
        lock (_seen) return [.. _seen.Where(which)];
    }

    private string HostSpace => _name + "h";

    private string ServerSpace => _name + "s";

    private void Make()
    {
        Run("ip", "netns", "add", HostSpace);
        Run("ip", "netns", "add", ServerSpace);
        OnHost("ip", "link", "add", "up0", "type", "veth", "peer", "name", "up0", "netns", ServerSpace);
        foreach (var (space, four, six) in new[] { (HostSpace, Host, Host6), (ServerSpace, Server, Server6) })
        {
            In(space, "ip", "address", "add", four + "/24", "dev", "up0");
            In(space, "ip", "-6", "address", "add", six + "/64", "dev", "up0", "nodad");
            In(space, "ip", "link", "set", "lo", "up");
            In(space, "ip", "link", "set", "up0", "up");
        }

        // Known neighbours: nobody asks for them, so that what a capture shows of the wire was sent by somebody.
        var macs = new[] { HostSpace, ServerSpace }.Select(s => In(s, "cat", "/sys/class/net/up0/address").Trim()).ToArray();
        foreach (var address in new[] { Server, Server6 }) OnHost("ip", "neighbour", "replace", address, "lladdr", macs[1], "dev", "up0", "nud", "permanent");
        foreach (var address in new[] { Host, Host6 }) OnServer("ip", "neighbour", "replace", address, "lladdr", macs[0], "dev", "up0", "nud", "permanent");
        foreach (var address in new[] { Private, Metadata }) OnServer("ip", "address", "add", address + "/32", "dev", "lo");
        OnServer("ip", "-6", "address", "add", Private6 + "/128", "dev", "lo", "nodad");
        OnHost("ip", "route", "add", "default", "via", Server);
        OnHost("ip", "-6", "route", "add", "default", "via", Server6);
        Serve(ServerSpace, 80, _seen);
    }

    /// <summary>The host's interfaces, rules and settings, as other programs show them, and the journals of its sandboxes.</summary>
    public string State() => string.Join('\n', OnHost("ip", "-o", "link").Split('\n').Where(l => l.Length > 0 && char.IsAsciiDigit(l[0])).Select(l => l.Split(':')[1].Trim()))
        + OnHost("nft", "list", "ruleset")
        + OnHost("sh", "-c", "grep -rs . /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf /proc/sys/net/ipv4/ip_forward || true")
        + OnHost("sh", "-c", "grep -ls \"space $(readlink /proc/self/ns/net)\" /run/sandbox/network/* || true");

    public string OnHost(params string[] command) => In(HostSpace, command);

    public string OnServer(params string[] command) => In(ServerSpace, command);

    /// <summary>The names of the processes in the host's network namespace.</summary>
    public string[] Processes() =>
    [
        .. Run("ip", "netns", "pids", HostSpace).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(p => $"/proc/{p}/comm").Where(File.Exists).Select(Comm).Where(c => c.Length > 0).Order(StringComparer.Ordinal),
    ];

    /// <summary>Starts a program on the server; killed at the end.</summary>
    public Process StartOnServer(params string[] command) => Start(ServerSpace, command);

    /// <summary>Starts a program on the host; killed at the end.</summary>
    public Process StartOnHost(params string[] command) => Start(HostSpace, command);

    /// <summary>Runs a shell script in a sandbox whose host is this world's, and returns what the hosting process wrote.</summary>
    public string Sandboxed(string profile, string script) => In(HostSpace, false, [Environment.ProcessPath!, "host", "network", "run", profile, script]);

    /// <summary>The same, its packets captured.</summary>
    public string Captured(string profile, string script, string path, string view) => In(HostSpace, false, [Environment.ProcessPath!, "host", "network", "capture", profile, script, path, view]);

    /// <summary>Starts tcpdump on the server's interface, as the observer; it listens when this returns.</summary>
    public Process Observe(string path)
    {
        // -U, and a ring that hands over each packet at once: what has arrived is in the file soon.
        var process = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", ServerSpace, "tcpdump", "-i", "up0", "-U", "--immediate-mode", "-w", path]) { RedirectStandardError = true })!;
        _processes.Add(process);
        while (process.StandardError.ReadLine() is { } line)
        {
            if (line.Contains("listening on", StringComparison.Ordinal)) return process;
        }

        throw new InvalidOperationException("tcpdump doesn't listen");
    }

    /// <summary>Starts a hosting process on this host; killed at the end.</summary>
    public Process Hosting(params string[] arguments) => Start(HostSpace, [Environment.ProcessPath!, "host", "network", .. arguments]);

    /// <summary>The same, with commands of a shell before it, in the mount namespace of the hosting process alone.</summary>
    public string SandboxedAfter(string commands, string profile, string script) =>
        In(HostSpace, false, ["unshare", "--mount", "sh", "-c", commands + "\n\"$@\"", "sh", Environment.ProcessPath!, "host", "network", "run", profile, script]);

    /// <summary>Captures on an interface of the host.</summary>
    public OutsideCapture CaptureOnHost(string link) => new(command => Start(HostSpace, command), link);

    /// <summary>Captures on the server's side of the wire: what is there has left the host.</summary>
    public OutsideCapture CaptureOnServer() => new(command => Start(ServerSpace, command), "up0");

    /// <summary>Waits until a hosting process says something, and returns what it said up to then.</summary>
    public static string Await(Process host, string text)
    {
        var lines = new List<string>();
        while (host.StandardOutput.ReadLine() is { } line)
        {
            lines.Add(line);
            if (line == text) return string.Join('\n', lines);
        }

        Assert.Fail(string.Join('\n', lines));
        return "";
    }

    /// <summary>The addresses of the only sandbox of this host whose interface isn't among <paramref name="but"/>.</summary>
    public (string Link, string Four, string Six) Sandbox(params string[] but)
    {
        var link = OnHost("sh", "-c", "ls /sys/class/net").Split('\n').Single(l => l.StartsWith("sbx", StringComparison.Ordinal) && !but.Contains(l));
        var addresses = new Sandbox.Network.NatAddresses(Convert.ToInt32(link[3..], 16));
        return (link, $"{addresses.Target4}", $"{addresses.Target6}");
    }

    /// <summary>Leaves sandboxes of this host one place, 0x1234: routes have the half that a range has beside it, at every prefix.</summary>
    public void LeaveOnePlace()
    {
        for (var prefix = 17; prefix <= 30; prefix++)
        {
            var sibling = (0x1234 << 2) ^ (1 << (32 - prefix));
            var network = sibling & ~((1 << (32 - prefix)) - 1);
            OnHost("ip", "route", "add", $"10.240.{network >> 8 & 255}.{network & 255}/{prefix}", "via", Server);
        }
    }

    /// <summary>Starts a server on the host itself.</summary>
    public void ServeOnHost(int port) => Serve(HostSpace, port, []);

    /// <summary>Starts another server on the other side.</summary>
    public void ServeOnServer(int port) => Serve(ServerSpace, port, []);

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited) process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        foreach (var space in new[] { HostSpace, ServerSpace }) Process.Start("ip", ["netns", "delete", space]).WaitForExit();
        GC.SuppressFinalize(this);
    }

    private static string Comm(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (IOException)
        {
            return ""; // it ended meanwhile
        }
    }

    private void Serve(string space, int port, List<string> seen)
    {
        var server = Start(space, [Environment.ProcessPath!, "host", "network", "serve", $"{port}"]);
        using var serving = new ManualResetEventSlim();
        server.OutputDataReceived += (_, line) =>
        {
            if (line.Data == "serving") serving.Set();
            else if (line.Data is not null) lock (seen) seen.Add(line.Data);
        };
        server.BeginOutputReadLine();
        Assert.True(serving.Wait(20_000), "the server doesn't serve");
    }

    // ip netns exec replaces itself by the program: what is killed is the program.
    private Process Start(string space, string[] command)
    {
        var process = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", space, .. command]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        _processes.Add(process);
        return process;
    }

    private static string In(string space, params string[] command) => In(space, true, command);

    private static string In(string space, bool check, string[] command) => Run(check, ["ip", "netns", "exec", space, .. command]);

    private static string Run(params string[] command) => Run(true, command);

    private static string Run(bool check, string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000), string.Join(' ', command));
        Assert.True(!check || process.ExitCode == 0, $"{string.Join(' ', command)}: {output}{error.Result}");
        // What ip says while another test's namespace goes is nobody's answer.
        return output + string.Concat(error.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l != "Peer netns reference is invalid.").Select(l => l + "\n"));
    }
}
