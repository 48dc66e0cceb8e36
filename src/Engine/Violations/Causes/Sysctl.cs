using System.Globalization;
using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>A number below /proc/sys.</summary>
internal static class Sysctl
{
    /// <summary>Null where it can't be read.</summary>
    public static int? Read(string name)
    {
        try
        {
            return int.TryParse(ProcFile.Read("/proc/sys/" + name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;
        }
        catch (ErrnoException)
        {
            return null;
        }
    }
}
