using System.Buffers.Binary;
using Sandbox.Launch;
using Sandbox.Native;

namespace Sandbox.Hardening;

/// <summary>The target's rlimits, soft and hard alike (setrlimit(2)).</summary>
internal static class LimitSteps
{
    public static void Add(PlanContext c, IEnumerable<(ResourceLimit Limit, ulong Value)> limits)
    {
        foreach (var (limit, value) in limits)
        {
            var (name, number) = (limit.Name, limit.Number);
            c.Begin("rlimit_" + name, e => e.ResourceLimit(number, value));
            var structure = new byte[16];
            BinaryPrimitives.WriteUInt64LittleEndian(structure, value);
            BinaryPrimitives.WriteUInt64LittleEndian(structure.AsSpan(8), value);
            var text = value == ulong.MaxValue ? "unlimited" : value.ToString(System.Globalization.CultureInfo.InvariantCulture);
            c.Writer.Call(Syscall.Prlimit, 0, PlanArgument.Value(number, "RLIMIT_" + name.ToUpperInvariant()), c.Writer.Bytes(structure, "{" + text + "}"), 0);
        }
    }
}
