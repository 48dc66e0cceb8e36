using Sandbox.Launch;

namespace Sandbox.Network;

/// <summary>The nft program of the distribution: a ruleset is taken as a whole, or nothing of it.</summary>
internal static class NftProgram
{
    private const int Patience = 10_000;
    private static readonly string[] Directories = ["/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin"];

    /// <summary>Where it is; null where it isn't.</summary>
    public static string? Path => Directories.Select(d => System.IO.Path.Join(d, "nft")).FirstOrDefault(File.Exists);

    /// <summary>Where it is, or why there is none.</summary>
    public static string Require() => Path ?? throw new SandboxException("nft,ENOENT", SandboxErrorKind.NotInstalled, "nft is in none of " + string.Join(", ", Directories) + ".", "Install the package nftables.");

    /// <summary>Loads a ruleset: here, or in the namespace that the steps before it enter.</summary>
    public static void Load(string ruleset, Action<PlanWriter>? enter = null)
    {
        var path = Require();
        using var nft = HelperProgram.Start(path, ["-f", "-"], enter, ruleset);
        if (!nft.Await(Patience)) throw new SandboxException("nft,ETIMEDOUT", SandboxErrorKind.OperationTimeout, $"{path} didn't end within {Patience / 1000} s.", "Look for a program that holds the machine's rulesets.");
        if (nft.Status == 0) return;
        throw new SandboxException("nft,REFUSED", SandboxErrorKind.NotSpecified, $"{path} refused the ruleset: {nft.Said.Split('\n')[0]}", "The kernel needs nf_tables with nat, masquerade and reject (modprobe nf_tables nft_masq nft_nat nft_reject_inet), and nft needs CAP_NET_ADMIN.");
    }
}
