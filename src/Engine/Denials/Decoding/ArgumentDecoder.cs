using System.Globalization;
using Sandbox.Runtime;
using Sandbox.Seccomp;

namespace Sandbox.Denials;

/// <summary>
/// Arguments of system calls in the kernel's names. What it reads is bounded whatever the target holds (4 KiB for a path, 128 bytes for an
/// address), and every text of the target is escaped.
/// </summary>
internal static class ArgumentDecoder
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private static readonly ConstantNames SocketTypes = ConstantNames.Of("SOCK_STREAM,SOCK_DGRAM,SOCK_RAW,SOCK_RDM,SOCK_SEQPACKET,SOCK_DCCP,SOCK_PACKET");
    private static readonly ConstantNames SocketFlags = ConstantNames.Of("SOCK_CLOEXEC,SOCK_NONBLOCK");
    private static readonly ConstantNames InternetProtocols = ConstantNames.Of("IPPROTO_*");
    private static readonly ConstantNames NetlinkProtocols = ConstantNames.Of("NETLINK_ROUTE,NETLINK_USERSOCK,NETLINK_FIREWALL,NETLINK_SOCK_DIAG,NETLINK_NFLOG,NETLINK_XFRM,NETLINK_SELINUX,NETLINK_ISCSI,NETLINK_AUDIT,NETLINK_FIB_LOOKUP,NETLINK_CONNECTOR,NETLINK_NETFILTER,NETLINK_IP6_FW,NETLINK_DNRTMSG,NETLINK_KOBJECT_UEVENT,NETLINK_GENERIC,NETLINK_SCSITRANSPORT,NETLINK_ECRYPTFS,NETLINK_RDMA,NETLINK_CRYPTO,NETLINK_SMC");
    private static readonly ConstantNames SocketOptions = ConstantNames.Of("SO_*");
    private static readonly ConstantNames TcpOptions = ConstantNames.Of("TCP_NODELAY,TCP_MAXSEG,TCP_CORK,TCP_KEEPIDLE,TCP_KEEPINTVL,TCP_KEEPCNT,TCP_SYNCNT,TCP_LINGER2,TCP_DEFER_ACCEPT,TCP_WINDOW_CLAMP,TCP_INFO,TCP_QUICKACK,TCP_CONGESTION,TCP_MD5SIG,TCP_USER_TIMEOUT,TCP_REPAIR,TCP_FASTOPEN,TCP_ULP");

    /// <summary>Decodes what it knows of a call; nothing for a call that isn't in its table.</summary>
    public static IReadOnlyList<DecodedArgument> Decode(SeccompArchitecture architecture, SyscallEntry call, IReadOnlyList<ulong> arguments, ITargetView target)
    {
        var parameters = CallParameters.Of(architecture, call);
        if (parameters.Length == 0) return [];
        var decoded = new DecodedArgument[parameters.Length];
        for (var i = 0; i < decoded.Length; i++) decoded[i] = One(architecture, call, parameters[i], arguments, target);
        return decoded;
    }

    private static DecodedArgument One(SeccompArchitecture architecture, SyscallEntry call, CallParameter parameter, IReadOnlyList<ulong> arguments, ITargetView target)
    {
        var raw = arguments[parameter.Index];
        var value = call.IsNarrow(parameter.Index) ? (uint)raw : raw;
        var other = parameter.Other < 0 ? 0 : arguments[parameter.Other];
        return parameter.Kind switch
        {
            ParameterKind.Path => Path(parameter, raw, parameter.Other < 0 ? CurrentDirectory : (int)other, target),
            ParameterKind.SockAddr => Address(parameter, StructureText.SocketAddress(target, raw, other), raw, target),
            ParameterKind.MsgHdr => Address(parameter, StructureText.MessageName(target, raw, IsNarrow(architecture)), raw, target),
            ParameterKind.Text => new(parameter.Index, parameter.Name, raw == 0 ? "NULL" : Quoted(TargetText.Read(target, raw, out _), raw)),
            ParameterKind.CloneArgs => new(parameter.Index, parameter.Name, StructureText.CloneArguments(target, raw, other) ?? Unreadable(raw)),
            ParameterKind.OpenHow => new(parameter.Index, parameter.Name, StructureText.OpenHow(architecture, target, raw, other) ?? Unreadable(raw)),
            _ => new(parameter.Index, parameter.Name, Scalar(architecture, parameter, value, other, target)),
        };
    }

    private static string Scalar(SeccompArchitecture architecture, CallParameter parameter, ulong value, ulong other, ITargetView target) => parameter.Kind switch
    {
        ParameterKind.Int => ((int)value).ToString(CultureInfo.InvariantCulture),
        ParameterKind.Size => value.ToString(CultureInfo.InvariantCulture),
        ParameterKind.Mode => StructureText.Octal(value),
        ParameterKind.Fd => Descriptor((int)value, target),
        ParameterKind.DirFd => (int)value == CurrentDirectory ? "AT_FDCWD" : Descriptor((int)value, target),
        ParameterKind.Open => OpenFlagsText.Of(architecture, value),
        ParameterKind.Flags => parameter.Constants!.Flags(value),
        ParameterKind.Enum => parameter.Constants!.One(value),
        ParameterKind.SockType => SocketType(value),
        ParameterKind.Protocol => Protocol(other, value),
        ParameterKind.Option => (uint)other switch { 1 => SocketOptions.One(value), 6 => TcpOptions.One(value), _ => ArgumentText.Number(value) },
        ParameterKind.Clone => StructureText.Clone(value),
        ParameterKind.Ioctl => IoctlText.Of(value),
        ParameterKind.Signal => value == 0 ? "0" : SignalNames.Name((int)value),
        _ => ArgumentText.Hex(value),
    };

    private static DecodedArgument Path(CallParameter parameter, ulong address, int directory, ITargetView target)
    {
        if (address == 0) return new(parameter.Index, parameter.Name, "NULL");
        var path = TargetText.Read(target, address, out var cut);
        return new(parameter.Index, parameter.Name, path ?? Unreadable(address)) { FullPath = path is null || cut ? null : Full(path, directory, target) };
    }

    private static DecodedArgument Address(CallParameter parameter, (string Text, string? Path)? address, ulong pointer, ITargetView target) =>
        new(parameter.Index, parameter.Name, address?.Text ?? Unreadable(pointer)) { FullPath = address?.Path is { } path ? Full(path, CurrentDirectory, target) : null };

    // Only joined: what ".." means depends on links, which only the kernel follows as they are.
    private static string? Full(string path, int directory, ITargetView target)
    {
        if (path.StartsWith('/')) return path;
        var start = directory == CurrentDirectory ? target.WorkingDirectory() : target.Descriptor(directory);
        if (start is null || !start.StartsWith('/')) return null;
        return path.Length == 0 ? start : start == "/" ? "/" + path : $"{start}/{path}";
    }

    private static string Descriptor(int fd, ITargetView target) =>
        target.Descriptor(fd) is { } link ? string.Create(CultureInfo.InvariantCulture, $"{fd}<{link}>") : fd.ToString(CultureInfo.InvariantCulture);

    private static string SocketType(ulong value)
    {
        var type = SocketTypes.One(value & 0xf);
        var flags = value & 0xffff_fff0;
        return flags == 0 ? type : $"{type}|{SocketFlags.Flags(flags)}";
    }

    private static string Protocol(ulong domain, ulong value) => (uint)domain switch
    {
        2 or 10 => InternetProtocols.One(value),
        16 => NetlinkProtocols.One(value),
        _ => ArgumentText.Number(value),
    };

    private static string Quoted(string? text, ulong address) => text is null ? Unreadable(address) : text;

    private static string Unreadable(ulong address) => $"{ArgumentText.Hex(address)} (unreadable)";

    private static bool IsNarrow(SeccompArchitecture architecture) => architecture is SeccompArchitecture.X86 or SeccompArchitecture.X32 or SeccompArchitecture.Arm;
}
