using System.Diagnostics;
using Sandbox.Host;
using Sandbox.Native;

namespace Sandbox.Tests.Host;

/// <summary>Helper programs that aren't there, fail, or hang.</summary>
public sealed class HelperProgramTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("host-programs-").FullName;

    private HostState State => new() { CurrentDirectory = "/", SearchPath = _directory };

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("nft")]
    [InlineData("newuidmap")]
    public void AFailureIsToldInTheProgramsOwnWords(string name)
    {
        Script(name, "echo it is broken >&2; exit 3");
        var row = Try(name);
        Assert.False(row.Supported);
        Assert.Equal($"{_directory}/{name} ended with exit code 3: it is broken", row.Detail);
    }

    [Theory]
    [InlineData("nft")]
    [InlineData("newuidmap")]
    public void AHangIsEndedWithItsWholeTree(string name)
    {
        Script(name, $"trap '' TERM; sleep 61.5 & echo $! > {_directory}/child; while :; do sleep 61.5; done");
        var clock = Stopwatch.StartNew();
        var row = Try(name);
        Assert.Equal("ETIMEDOUT", Errno.Name(row.Errno));
        Assert.InRange(clock.ElapsedMilliseconds, 900, 2500);
        var child = File.ReadAllText($"{_directory}/child").Trim();
        Assert.False(Directory.Exists($"/proc/{child}"));
    }

    [Fact]
    public void AnAbsentProgramNamesItsPackage()
    {
        var row = Feature("pasta").Try(new HostState { CurrentDirectory = "/", SearchPath = _directory });
        Assert.SkipWhen(row.Errno != Errno.ENOENT, "pasta is installed beside the administrators' programs");
        Assert.Contains("passt", row.Remedy);
    }

    [Fact]
    public void APastaThatFailsIsUnsupported()
    {
        Assert.SkipUnless(HostReport.Probe("tun_device").Supported, "pasta isn't tried without /dev/net/tun");
        Script("pasta", "echo \"$@\" >&2; exit 1");
        Script("true", "exit 0");
        var row = Try("pasta");
        Assert.False(row.Supported);
        Assert.Contains($"--config-net --quiet -- {_directory}/true", row.Detail);
    }

    [Fact]
    public void PastaGivesAProgramANetwork()
    {
        Assert.SkipUnless(HostReport.Probe("tun_device").Supported, "pasta isn't tried without /dev/net/tun");
        // A stand-in that does what counts: the program runs in another network namespace.
        Script("pasta", "case $* in *--version) echo pasta 1; exit;; esac; while [ \"$1\" != -- ]; do shift; done; shift; exec unshare -Urn \"$@\"");
        Script("true", $"readlink /proc/self/ns/net > {_directory}/net");
        var row = Try("pasta");
        Assert.True(row.Supported, row.Detail);
        Assert.Equal("pasta 1", row.Version);
        Assert.NotEqual(new FileInfo("/proc/self/ns/net").LinkTarget, File.ReadAllText($"{_directory}/net").Trim());
    }

    private static HostFeature Feature(string name) => NetworkProbes.All.Concat(UserNamespaceProbes.All).Single(f => f.Name == name);

    private SandboxFeature Try(string name) => HostReport.Probe(Feature(name), State);

    private void Script(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }
}
