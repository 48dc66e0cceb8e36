using System.Buffers.Binary;
using System.Globalization;
using Sandbox.Runtime;
using Sandbox.Seccomp;

namespace Sandbox.Denials;

/// <summary>Structures that calls take by pointer: clone_args of clone3(2), open_how of openat2(2), the address of a msghdr of sendmsg(2).</summary>
internal static class StructureText
{
    private static readonly ConstantNames CloneFlags = ConstantNames.Of("CLONE_*");
    private static readonly ConstantNames Resolve = ConstantNames.Of("RESOLVE_*");

    /// <summary>clone(2) flags with the exit signal in the low byte.</summary>
    public static string Clone(ulong flags) => WithSignal(CloneFlags.Flags(flags & 0xffff_ff00), flags & 0xff);

    public static string? CloneArguments(ITargetView target, ulong address, ulong size)
    {
        Span<byte> bytes = stackalloc byte[64]; // CLONE_ARGS_SIZE_VER0, the fields that matter
        if (size < 64 || target.Read(address, bytes) < 64) return null;
        return "{" + WithSignal("flags=" + CloneFlags.Flags(Word(bytes, 0)), Word(bytes, 32)) + "}";
    }

    public static string? OpenHow(SeccompArchitecture architecture, ITargetView target, ulong address, ulong size)
    {
        Span<byte> bytes = stackalloc byte[24]; // OPEN_HOW_SIZE_VER0
        if (size < 24 || target.Read(address, bytes) < 24) return null;
        return $"{{flags={OpenFlagsText.Of(architecture, Word(bytes, 0))}, mode={Octal(Word(bytes, 8))}, resolve={Resolve.Flags(Word(bytes, 16))}}}";
    }

    /// <summary>The address of a message; null where there is none or it can't be read.</summary>
    public static (string Text, string? Path)? MessageName(ITargetView target, ulong address, bool narrow)
    {
        Span<byte> header = stackalloc byte[16];
        var (pointerSize, size) = narrow ? (4, 8) : (8, 12);
        if (target.Read(address, header[..size]) < size) return null;
        var name = narrow ? BinaryPrimitives.ReadUInt32LittleEndian(header) : Word(header, 0);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header[pointerSize..]);
        return name == 0 ? ("(no address)", null) : SocketAddress(target, name, length);
    }

    public static (string Text, string? Path)? SocketAddress(ITargetView target, ulong address, ulong length)
    {
        if (address == 0) return ("(no address)", null);
        Span<byte> bytes = stackalloc byte[SocketAddressText.Most];
        bytes = bytes[..(int)Math.Min(length & 0xffff_ffff, SocketAddressText.Most)];
        return bytes.IsEmpty || target.Read(address, bytes) < bytes.Length ? null : SocketAddressText.Of(bytes);
    }

    public static string Octal(ulong mode) => mode == 0 ? "0" : "0" + Convert.ToString((long)(mode & 0xffff_ffff), 8);

    private static string WithSignal(string flags, ulong signal) => signal == 0 ? flags : $"{flags}, exit_signal={SignalNames.Name((int)Math.Min(signal, 255))}";

    private static ulong Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
