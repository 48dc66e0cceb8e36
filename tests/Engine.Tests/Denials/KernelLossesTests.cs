using Sandbox.Denials;

namespace Sandbox.Tests.Denials;

/// <summary>The kernel's own counter of dropped records.</summary>
public sealed class KernelLossesTests
{
    [Fact]
    public void OnlyWhatIsDroppedMeanwhileCounts()
    {
        var losses = new KernelLosses();
        foreach (var lost in new uint[] { 127, 127, 130 }) losses.Take(new(0, lost), null);
        Assert.Equal((3, true), (losses.Lost, losses.IsKnown));
    }

    [Fact]
    public void ACounterThatWrapsGoesOn()
    {
        var losses = new KernelLosses();
        foreach (var lost in new uint[] { uint.MaxValue, 4 }) losses.Take(new(0, lost), null);
        Assert.Equal((5, true), (losses.Lost, losses.IsKnown));
    }

    [Fact]
    public void AResetMakesTheCountUncertain()
    {
        var losses = new KernelLosses();
        foreach (var lost in new uint[] { 1000, 2 }) losses.Take(new(0, lost), null);
        Assert.Equal((2, false), (losses.Lost, losses.IsKnown));
        Assert.Contains("reset", losses.Doubt);
    }

    [Fact]
    public void WhatARateLimitDropsIsntCountedTwice()
    {
        var losses = new KernelLosses();
        foreach (var lost in new uint[] { 1000, 1200 }) losses.Take(new(100, lost), null);
        Assert.Equal((0, false), (losses.Lost, losses.IsKnown));
    }

    [Fact]
    public void ARefusalIsTold()
    {
        var losses = new KernelLosses();
        losses.Take(null, "AUDIT_GET: EPERM");
        Assert.False(losses.IsKnown);
        Assert.Contains("EPERM", losses.Doubt);
    }

    [Fact]
    public void TheKernelAnswers()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs CAP_AUDIT_CONTROL");
        Assert.True(AuditStatus.TryRead(1000, out var refusal) is not null, refusal);
    }
}
