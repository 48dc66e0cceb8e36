using System.Diagnostics;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Network;

/// <summary>
/// A <see cref="NetworkWorld"/> whose hosting processes are an ordinary user's, or root's, with a /dev/net/tun and a pasta of the test's
/// choice: in a mount namespace of their own, so that the machine's are never touched.
/// </summary>
public sealed class UserNetworkWorld : IDisposable
{
    public const string OpenDevice = "[ -e $D/tun ] || mknod $D/tun c 10 200; chmod 666 $D/tun; mount --bind $D/tun /dev/net/tun";
    private const string User = "64901";

    /// <summary>The tests' program for whoever isn't root: the build may lie where only its owner can read.</summary>
    internal static readonly Lazy<string> Build = new(() =>
    {
        var copy = Directory.CreateTempSubdirectory("sandbox-test-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(copy, recursive: true);
        Assert.Equal(0, CProgram.Run("cp", ["-r", AppContext.BaseDirectory, copy + "/tests"]).Code);
        Assert.Equal(0, CProgram.Run("chmod", ["-R", "a+rX", copy]).Code);
        return copy + "/tests/" + Path.GetFileName(Environment.ProcessPath);
    });

    private readonly ScratchDirectory _scratch = new();
    private readonly bool _root;

    public UserNetworkWorld(bool root = false)
    {
        _root = root;
        try
        {
            Assert.SkipUnless(File.Exists("/usr/bin/pasta"), "needs pasta");
            Assert.SkipUnless(File.Exists("/dev/net/tun"), "needs /dev/net/tun");
            World = new();
            Assert.SkipUnless(root || CProgram.Run("setpriv", ["--reuid", User, "--regid", User, "--clear-groups", "unshare", "-U", "true"]).Code == 0, "an ordinary user may make no user namespace here");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public NetworkWorld World { get; }

    /// <summary>Runs a script in a sandbox, and returns what its hosting process wrote.</summary>
    public string Sandboxed(string profile, string script, string mounts = OpenDevice) => World.OnHost(Command(mounts, ["run", profile, script], " || true"));

    /// <summary>Starts a hosting process.</summary>
    public Process Hosting(params string[] arguments) => World.StartOnHost(Command(OpenDevice, arguments, ""));

    /// <summary>Writes a program that takes pasta's place.</summary>
    public string FakePasta(string script)
    {
        File.WriteAllText(_scratch.At("pasta"), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(_scratch.At("pasta"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return $"{OpenDevice}; mount --bind $D/pasta /usr/bin/pasta";
    }

    public void Dispose()
    {
        World?.Dispose();
        _scratch.Dispose();
    }

    // exec, so that what is killed is the hosting process.
    private string[] Command(string mounts, string[] arguments, string afterwards)
    {
        var exec = afterwards.Length == 0 ? "exec " : "";
        string[] user = _root ? [] : ["setpriv", "--reuid", User, "--regid", User, "--clear-groups", "--inh-caps=-all"];
        return ["unshare", "-m", "sh", "-c", $"set -e; export DOTNET_ROOT={DotnetRoot} HOME=/tmp D={_scratch.Path}; chmod 755 $D; {mounts}; {exec}\"$@\"{afterwards}", "sh", .. user, _root ? Environment.ProcessPath! : Build.Value, "host", "network", .. arguments];
    }

    private static string DotnetRoot => Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
}
