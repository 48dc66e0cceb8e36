using System.Globalization;

namespace Sandbox.Denials;

/// <summary>ioctl(2) requests: by name, or the parts of linux/ioctl.h.</summary>
internal static class IoctlText
{
    private static readonly ConstantNames Names = ConstantNames.Of("TC*,TIOC*,FIO*,FS_IOC*,SIOC*");

    public static string Of(ulong request)
    {
        var text = Names.One(request & 0xffff_ffff);
        if (!char.IsAsciiDigit(text[0]) && text[0] != '-') return text;
        var direction = (request >> 30 & 3) switch { 0 => "_IO", 1 => "_IOW", 2 => "_IOR", _ => "_IOWR" };
        return string.Create(CultureInfo.InvariantCulture, $"{direction}(0x{request >> 8 & 0xff:x}, {request & 0xff}, {request >> 16 & 0x3fff})");
    }
}
