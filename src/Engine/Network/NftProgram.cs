using System.Text;
using Sandbox.Native;
using Tmds.Linux;

namespace Sandbox.Network;

/// <summary>The nft program of the distribution: a ruleset is taken as a whole, or nothing of it.</summary>
internal static class NftProgram
{
    private const int Patience = 10_000;
    private static readonly string[] Directories = ["/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin"];

    /// <summary>Where it is; null where it isn't.</summary>
    public static string? Path => Directories.Select(d => System.IO.Path.Join(d, "nft")).FirstOrDefault(File.Exists);

    /// <summary>Loads a ruleset.</summary>
    public static void Load(string ruleset)
    {
        var path = Path ?? throw new SandboxException("nft,ENOENT", SandboxErrorKind.NotInstalled, "nft is in none of " + string.Join(", ", Directories) + ".", "Install the package nftables.");
        using var input = MemoryFile("nft-input");
        using var output = MemoryFile("nft-output");
        using (var stream = Stream(input, FileAccess.Write)) stream.Write(Encoding.UTF8.GetBytes(ruleset));
        _ = LibC.lseek(input.Number, 0, 0);
        var pid = PosixSpawn.Start(path, [path, "-f", "-"], [(input.Number, 0), (output.Number, 1), (output.Number, 2)], newSession: true);
        if (!End(pid, out var status)) throw new SandboxException("nft,ETIMEDOUT", SandboxErrorKind.OperationTimeout, $"{path} didn't end within {Patience / 1000} s.", "Look for a program that holds the machine's rulesets.");
        if (status == 0) return;
        _ = LibC.lseek(output.Number, 0, 0);
        using var said = new StreamReader(Stream(output, FileAccess.Read));
        var text = said.ReadToEnd().Trim();
        // Where SIGCHLD is ignored the status is lost; nft is silent then only when it has done its work.
        if (status == null && text.Length == 0) return;
        throw new SandboxException("nft,REFUSED", SandboxErrorKind.NotSpecified, $"{path} refused the ruleset: {text.Split('\n')[0]}", "The kernel needs nf_tables with nat, masquerade and reject (modprobe nf_tables nft_masq nft_nat nft_reject_inet), and nft needs CAP_NET_ADMIN.");
    }

    private static bool End(int pid, out int? status)
    {
        using var process = PidFd.TryOpen(pid);
        var ended = process is null || Readiness.Await(process, Patience);
        if (!ended) PidFd.Signal(process!, 9);
        status = Wait.ReapStatus(pid);
        return ended;
    }

    private static unsafe FileDescriptor MemoryFile(string name)
    {
        fixed (byte* text = Utf8.Terminated(name)) return new(Check.Result("memfd_create", LibC.memfd_create(text, 1))); // MFD_CLOEXEC
    }

    private static FileStream Stream(FileDescriptor file, FileAccess access) =>
        new(new Microsoft.Win32.SafeHandles.SafeFileHandle(file.Number, ownsHandle: false), access);
}
