namespace Sandbox.Hardening;

/// <summary>Rights below a path.</summary>
public sealed record LandlockPathRule(string Path, LandlockAccessFs Access)
{
    /// <summary>The rights that a rule for a file may have; with others the kernel refuses it (EINVAL).</summary>
    public const LandlockAccessFs FileRights =
        LandlockAccessFs.Execute | LandlockAccessFs.WriteFile | LandlockAccessFs.ReadFile | LandlockAccessFs.Truncate | LandlockAccessFs.IoctlDev;

    private const LandlockAccessFs Make = LandlockAccessFs.RemoveDir | LandlockAccessFs.RemoveFile | LandlockAccessFs.MakeDir | LandlockAccessFs.MakeReg
        | LandlockAccessFs.MakeSock | LandlockAccessFs.MakeFifo | LandlockAccessFs.MakeSym | LandlockAccessFs.Refer;

    /// <summary>Read files and list directories.</summary>
    public static LandlockPathRule ReadOnly(string path, bool isFile = false) => Of(path, LandlockAccessFs.ReadFile | LandlockAccessFs.ReadDir, isFile);

    /// <summary>Read and execute: the runtime.</summary>
    public static LandlockPathRule ReadExecute(string path, bool isFile = false) =>
        Of(path, LandlockAccessFs.ReadFile | LandlockAccessFs.ReadDir | LandlockAccessFs.Execute, isFile);

    /// <summary>Everything but device nodes and their ioctls; programs that are built there run.</summary>
    public static LandlockPathRule Writable(string path, bool isFile = false) =>
        Of(path, LandlockAccessFs.ReadFile | LandlockAccessFs.ReadDir | LandlockAccessFs.Execute | LandlockAccessFs.WriteFile | LandlockAccessFs.Truncate | Make, isFile);

    /// <summary>Read, write and ioctl of one device, such as /dev/null. Truncate, because shells open it with O_TRUNC.</summary>
    public static LandlockPathRule Device(string path) => Of(
        path, LandlockAccessFs.ReadFile | LandlockAccessFs.WriteFile | LandlockAccessFs.Truncate | LandlockAccessFs.IoctlDev, true);

    /// <summary>Read and write of existing files: programs write their own /proc/self/comm and oom_score_adj.</summary>
    public static LandlockPathRule Proc(string path = "/proc") =>
        Of(path, LandlockAccessFs.ReadFile | LandlockAccessFs.ReadDir | LandlockAccessFs.WriteFile | LandlockAccessFs.Truncate, false);

    private static LandlockPathRule Of(string path, LandlockAccessFs access, bool isFile) => new(path, isFile ? access & FileRights : access);
}

/// <summary>Rights on a TCP port.</summary>
public sealed record LandlockPortRule(int Port, LandlockAccessNet Access);

/// <summary>A Landlock domain as data: what it handles, that is denies unless a rule allows it, and the rules.</summary>
public sealed record LandlockRuleset
{
    /// <summary>File system rights that are denied outside of <see cref="Paths"/>.</summary>
    public LandlockAccessFs HandledFs { get; init; } = LandlockAccessFs.All;

    /// <summary>Network rights that are denied outside of <see cref="Ports"/>.</summary>
    public LandlockAccessNet HandledNet { get; init; }

    /// <summary>What can't leave the domain.</summary>
    public LandlockScope Scope { get; init; } = LandlockScope.AbstractUnixSocket | LandlockScope.Signal;

    /// <summary>Path rules.</summary>
    public IReadOnlyList<LandlockPathRule> Paths { get; init; } = [];

    /// <summary>Port rules.</summary>
    public IReadOnlyList<LandlockPortRule> Ports { get; init; } = [];

    /// <summary>With the port lists of a profile: a null list isn't handled, an empty one denies all.</summary>
    public LandlockRuleset WithPorts(IReadOnlyList<int>? connect, IReadOnlyList<int>? bind) => this with
    {
        HandledNet = (connect is null ? 0 : LandlockAccessNet.ConnectTcp) | (bind is null ? 0 : LandlockAccessNet.BindTcp),
        Ports = [.. (connect ?? []).Select(p => new LandlockPortRule(p, LandlockAccessNet.ConnectTcp)), .. (bind ?? []).Select(p => new LandlockPortRule(p, LandlockAccessNet.BindTcp))],
    };
}
