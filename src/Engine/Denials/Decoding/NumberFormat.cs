using System.Collections.Frozen;
using System.Globalization;
using Sandbox.Runtime;
using Sandbox.Seccomp;

namespace Sandbox.Denials.Decoding;

/// <summary>Numbers that aren't constants: decimal, octal, hexadecimal, signals, devices.</summary>
internal sealed class NumberFormat(Func<ulong, string> format) : ValueFormat
{
    private static readonly FrozenDictionary<string, NumberFormat> Little = Make(bigEndian: false), Big = Make(bigEndian: true);

    /// <summary>The format of a name in the tables, or null.</summary>
    public static NumberFormat? Find(string name, CallAbi abi) => (abi.IsBigEndian ? Big : Little).GetValueOrDefault(name == "ioc" && abi.Architecture == SeccompArchitecture.Ppc64LE ? "ioc-power" : name);

    public override string Format(ulong value) => format(value);

    private static FrozenDictionary<string, NumberFormat> Make(bool bigEndian) => new Dictionary<string, NumberFormat>
    {
        ["int"] = new(value => ((int)value).ToString(CultureInfo.InvariantCulture)),
        ["uint"] = new(value => value.ToString(CultureInfo.InvariantCulture)),
        ["hex"] = new(Hex),
        ["mode"] = new(value => value == 0 ? "0" : "0" + Convert.ToString((long)(value & uint.MaxValue), 8)),
        ["signal"] = new(value => SignalNames.Name((int)value)),
        // The kernel's new_decode_dev (linux/kdev_t.h).
        ["device"] = new(value => string.Create(CultureInfo.InvariantCulture, $"{(value & 0xfff00) >> 8}:{(value & 0xff) | ((value >> 12) & 0xfff00)}")),
        ["ethernet"] = new(value => EtherType.Name(bigEndian ? (ushort)value : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness((ushort)value))),
        // RLIM_INFINITY of a program with longs of 64 or 32 bits.
        ["limit"] = new(value => value == ulong.MaxValue ? "unlimited" : value.ToString(CultureInfo.InvariantCulture)),
        ["limit-of-long"] = new(value => value is ulong.MaxValue or uint.MaxValue ? "unlimited" : value.ToString(CultureInfo.InvariantCulture)),
        ["ioc"] = new(IoctlNumber.Describe),
        ["ioc-power"] = new(IoctlNumber.DescribePower),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    internal static string Hex(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");
}
