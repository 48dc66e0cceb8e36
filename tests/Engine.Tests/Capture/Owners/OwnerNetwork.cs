using System.Diagnostics;
using Sandbox.Bpf;
using Sandbox.Native;
using Sandbox.Tests.Host;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Capture;

/// <summary>Two network namespaces of a test: "here", whose interface va is captured, and one that answers (owners.c).</summary>
internal sealed class OwnerNetwork : IDisposable
{
    public const string Server4 = "10.9.9.2", Server6 = "fd09::2";
    private readonly ScratchDirectory _directory = new();
    private readonly string _program;
    private Process? _server;

    public OwnerNetwork()
    {
        HostOracle.Require("ip");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Assert.SkipUnless(KernelTypesThere(), "needs the kernel's type information");
        using var source = new StreamReader(typeof(OwnerNetwork).Assembly.GetManifestResourceStream("owners.c")!);
        _program = CProgram.Compile(source.ReadToEnd(), _directory.Path);
        try
        {
            CaptureTool.Run("ip", "netns", "add", Here);
            CaptureTool.Run("ip", "netns", "add", There);
            CaptureTool.Run("ip", "-n", Here, "link", "add", "va", "type", "veth", "peer", "name", "vb", "netns", There);
            foreach (var (space, device, host) in new[] { (Here, "va", 1), (There, "vb", 2) })
            {
                CaptureTool.Run("ip", "-n", space, "link", "set", "lo", "up");
                CaptureTool.Run("ip", "-n", space, "address", "add", $"10.9.9.{host}/24", "dev", device);
                CaptureTool.Run("ip", "-n", space, "-6", "address", "add", $"fd09::{host}/64", "dev", device, "nodad");
                CaptureTool.Run("ip", "-n", space, "link", "set", device, "up");
            }

            In(Here, "sh", "-c", "echo 0 2147483647 > /proc/sys/net/ipv4/ping_group_range");
            _server = Start(There, "serve");
            Assert.Equal("ready", _server.StandardOutput.ReadLine());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Here { get; } = $"sbxown{Guid.NewGuid():N}"[..14];

    public string There { get; } = $"sbxown{Guid.NewGuid():N}"[..14];

    public string At(string name) => _directory.At(name);

    public string In(string space, params string[] command) => CaptureTool.Run("ip", ["netns", "exec", space, .. command]);

    /// <summary>Makes traffic of all kinds; returns what it says of it.</summary>
    public string[] Work(string server, int scale) => CaptureTool.Lines(In(Here, _program, "work", server, scale.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    public void Dispose()
    {
        if (_server is { HasExited: false }) _server.Kill(entireProcessTree: true);
        _server?.WaitForExit();
        _server?.Dispose();
        CaptureTool.Try("ip", "netns", "del", Here);
        CaptureTool.Try("ip", "netns", "del", There);
        _directory.Dispose();
    }

    private static bool KernelTypesThere() => File.Exists("/sys/kernel/btf/vmlinux");

    private Process Start(string space, params string[] arguments) =>
        Process.Start(new ProcessStartInfo("ip", ["netns", "exec", space, _program, .. arguments]) { RedirectStandardOutput = true })!;
}
