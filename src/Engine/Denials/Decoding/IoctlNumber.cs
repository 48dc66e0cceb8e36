using System.Globalization;

namespace Sandbox.Denials.Decoding;

/// <summary>Requests of ioctl(2) without a name, in the parts that asm-generic/ioctl.h makes them of.</summary>
internal static class IoctlNumber
{
    private static readonly string[] Directions = ["_IO", "_IOW", "_IOR", "_IOWR"];

    /// <summary>Two bits of direction, 14 of size, a type, a number.</summary>
    public static string Describe(ulong request) => Describe(request, Directions[(request >> 30) & 3], (request >> 16) & 0x3FFF);

    /// <summary>Power has three bits of direction, of which one stands for none, and 13 of size (asm/ioctl.h).</summary>
    public static string DescribePower(ulong request) =>
        Describe(request, ((request >> 29) & 7) switch { 1 => "_IO", 2 => "_IOR", 4 => "_IOW", 6 => "_IOWR", _ => "_IOC" }, (request >> 16) & 0x1FFF);

    private static string Describe(ulong request, string direction, ulong size)
    {
        // What is older than this scheme has a number alone.
        if (request is 0 or > uint.MaxValue) return NumberFormat.Hex(request);
        var type = (char)((request >> 8) & 0xFF);
        var kind = type is > ' ' and < '\x7F' and not '\'' and not '\\' ? $"'{type}'" : NumberFormat.Hex(type);
        return string.Create(CultureInfo.InvariantCulture, $"{direction}({kind}, 0x{request & 0xFF:x}, {size}) 0x{request:x}");
    }
}
