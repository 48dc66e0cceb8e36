using System.Globalization;
using Sandbox.Hardening;
using Sandbox.Host;
using Sandbox.Network;
using Tmds.Linux;

namespace Sandbox.Bench.Network;

/// <summary>Time to set up and to remove -Network User, against pasta alone for a namespace that is there; in the host's namespace of the bench's world.</summary>
internal sealed class UserSetUpBench(NetworkNames names, string directory, string stream)
{
    private const int WarmUp = 3;
    private const string Link = "eth0";
    private static readonly HardeningProfile Profile = BuiltInProfiles.Strict with { Network = NetworkMode.User };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly string _number = Path.Join(directory, "pasta.pid");
    private SandboxNetwork? _network;

    public void Run(int rounds)
    {
        if (Tool.Find("pasta") is not { } pasta)
        {
            Console.Error.WriteLine("pasta is not installed. -Network User is not measured.");
            return;
        }

        try
        {
            TunDevice.Require();
        }
        catch (SandboxException e)
        {
            Console.Error.WriteLine($"{e.Message} It is not measured.");
            return;
        }

        using var server = NetworkNames.Start(names.Server, stream, "serve", "5001");
        try
        {
            // A target's rules go with it, so that each round has a target of its own.
            var target = 0;
            SetUpSubject ours = new("**Sandbox**: nft for the rules, pasta, read back", () => SetUpBench.Apply(_network = SandboxNetwork.For(Profile)!, target), () => _network!.Abandon());
            SetUpSubject alone = new("pasta alone, without rules", () => Start(pasta), Kill);
            for (var round = 0; round < rounds + WarmUp; round++)
            {
                using var guest = new GuestSpace();
                target = guest.Id;
                Action[] both = [() => Measure(ours, round >= WarmUp, guest.Enter), () => Measure(alone, round >= WarmUp, NetworkNames.Enter(names.User))];
                both[round % 2]();
                both[1 - (round % 2)]();
            }

            SetUpSubject.Tables("-Network User", rounds, [ours, alone]);
        }
        finally
        {
            _network?.Abandon();
            Tool.End(server);
        }
    }

    private void Measure(SetUpSubject subject, bool counts, string[] enter) => subject.Measure(counts,
        () => Tool.Run([.. enter, stream, "echo", NetworkNames.ServerAddress, "5001", "1"]),
        () =>
        {
            if (Tool.Run([.. enter, "ip", "-o", "link"]).Contains($" {Link}:", StringComparison.Ordinal)) throw new InvalidOperationException($"{Link} of {subject.Name} is still there.");
        });

    // It goes into the background when the interface is there. env gives it a SIGPIPE that isn't ignored, without which it doesn't start.
    private void Start(string pasta) => Tool.Run("env", "--default-signal=PIPE", pasta, "--config-net", "--quiet", "--runas", "0", "--ns-ifname", Link, "--pid", _number, "--netns", "/run/netns/" + names.User);

    private void Kill()
    {
        var pid = int.Parse(File.ReadAllText(_number), CultureInfo.InvariantCulture);
        _ = LibC.kill(pid, 9);
        // Whoever takes its place as a parent may leave it a zombie.
        if (!SpinWait.SpinUntil(() => Sysctl.TryRead($"/proc/{pid}/stat") is not { } stat || stat.Contains(") Z ", StringComparison.Ordinal), Patience)) throw new TimeoutException("pasta doesn't end.");
    }
}
