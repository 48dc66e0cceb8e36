using Tmds.Linux;
namespace Sandbox.Hardening;
internal static class LandlockAbi { public static int Kernel { get; } = (int)(long)LibC.syscall(444, 0, 0, 1); }
internal static class Remedies { public static string? For(string row, string call, int errno) => Sandbox.Native.ErrnoTable.Remedy(call, errno); }
internal static class LevelRule { public static HardeningLevel Of(HardeningTier tier, IReadOnlyList<HardeningOutcome> rows) { var req = rows.Where(r=>r.Requested).ToArray(); if (req.All(r=>r.Status==OutcomeStatus.Applied)) return tier==HardeningTier.Strict?HardeningLevel.Full:HardeningLevel.Baseline; return req.Any(r=>r.Status==OutcomeStatus.Applied)?HardeningLevel.Partial:HardeningLevel.None; } }
