using System.Diagnostics;
using Sandbox.Hardening;
using Sandbox.Network;

namespace Sandbox.Bench.Network;

/// <summary>Throughput and round trips of sandbox networks, against pairs without rules; in the host's namespace of the bench's world.</summary>
internal sealed class PathBench(NetworkNames names, string stream)
{
    private readonly List<Process> _processes = [];

    public void Run(int rounds)
    {
        var nat = NatNetwork.For(BuiltInProfiles.Strict with { Network = NetworkMode.Nat, AllowCidrs = [NetworkNames.HostAddress] })!;
        var user = SandboxNetwork.For(BuiltInProfiles.Strict with { Network = NetworkMode.User })!;
        using var guest = new GuestSpace();
        try
        {
            foreach (var space in new[] { names.Server, names.Host }) Start(space, stream, "serve", "5001");
            SetUpBench.Apply(nat, Start(names.Target, "sh", "-c", "echo there; exec sleep 3600").Id);
            var paths = Paths(guest, user).ToArray();
            for (var round = 0; round < rounds; round++)
            {
                foreach (var path in paths) path.Measure(stream);
            }

            Report.Section($"TCP: {rounds} interleaved rounds of 1 s and of 5000 exchanges of a byte", "| | Gb/s: min | median | max | of what it is measured against | rounds that lost bytes | exchange, µs: min | median | p95 | of what it is measured against |", "|---|---|---|---|---|---|---|---|---|---|");
            foreach (var path in paths) Report.Line(path.Row());
        }
        finally
        {
            user.Abandon();
            nat.Abandon();
            foreach (var process in _processes) Tool.End(process);
        }
    }

    private IEnumerable<NetworkPath> Paths(GuestSpace guest, SandboxNetwork user)
    {
        var bare = new NetworkPath("a bare pair", NetworkNames.Enter(names.Host), NetworkNames.ServerAddress, null);
        var forwarded = new NetworkPath("two bare pairs, the host between them forwards", NetworkNames.Enter(names.Client), NetworkNames.ServerAddress, null);
        yield return bare;
        yield return new("**Nat, to a service of the host** (one pair, rules), against a bare pair", NetworkNames.Enter(names.Target), NetworkNames.HostAddress, bare);
        yield return forwarded;
        yield return new("two bare pairs, the host between them translates: one rule of nft, `masquerade`", NetworkNames.Enter(names.TranslatedClient), NetworkNames.ServerAddress, forwarded);
        yield return new("**Nat, to a server beyond the host** (two pairs, rules, NAT), against two bare pairs", NetworkNames.Enter(names.Target), NetworkNames.ServerAddress, forwarded);
        if (!StartPasta()) yield break;
        var pasta = new NetworkPath("pasta alone, to a server beyond the host, against a bare pair", NetworkNames.Enter(names.User), NetworkNames.ServerAddress, bare, byPasta: true);
        yield return pasta;
        SetUpBench.Apply(user, guest.Id);
        yield return new("**User, to a server beyond the host** (pasta, rules), against pasta alone", guest.Enter, NetworkNames.ServerAddress, pasta, byPasta: true);
    }

    // By root, for a namespace that is there: where only root may open /dev/net/tun, nobody else can.
    private bool StartPasta()
    {
        if (Tool.Find("pasta") is not { } pasta) return false;
        // It takes a SIGPIPE that is ignored, as a child of .NET has it, for a failure of signal(2). env becomes pasta.
        var process = Process.Start(new ProcessStartInfo("env", ["--default-signal=PIPE", pasta, "--config-net", "--foreground", "--quiet", "--runas", "0", "--netns", "/run/netns/" + names.User]) { RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, _) => { }; // it complains of a missing syslog, line by line
        process.BeginErrorReadLine();
        _processes.Add(process);
        for (var i = 0; i < 100 && !process.HasExited; i++)
        {
            if (Tool.Run("ip", "-n", names.User, "route").Contains("default", StringComparison.Ordinal)) return true;
            Thread.Sleep(50);
        }

        Console.Error.WriteLine("pasta makes no network here. It is not measured.");
        return false;
    }

    private Process Start(string space, params string[] command)
    {
        var process = NetworkNames.Start(space, command);
        _processes.Add(process);
        return process;
    }
}
