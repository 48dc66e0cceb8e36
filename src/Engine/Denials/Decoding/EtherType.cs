using Sandbox.Seccomp;

namespace Sandbox.Denials.Decoding;

/// <summary>The protocols of packet sockets (linux/if_ether.h).</summary>
internal static class EtherType
{
    private static readonly Dictionary<ulong, string> Names = Load();

    /// <summary>The name of a protocol in the host's order of bytes, or its number.</summary>
    public static string Name(ushort protocol) => Names.GetValueOrDefault(protocol) ?? NumberFormat.Hex(protocol);

    private static Dictionary<ulong, string> Load()
    {
        var names = new Dictionary<ulong, string>();
        foreach (var name in ArgumentConstants.Names.Where(n => n.StartsWith("ETH_P_", StringComparison.Ordinal)))
        {
            if (ArgumentConstants.TryGet(name, out var value)) names.TryAdd(value, name);
        }

        return names;
    }
}
