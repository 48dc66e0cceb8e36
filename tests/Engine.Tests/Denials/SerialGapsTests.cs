using Sandbox.Denials;

namespace Sandbox.Tests.Denials;

/// <summary>The count of what didn't come.</summary>
public sealed class SerialGapsTests
{
    [Fact]
    public void EveryMissingSerialIsCountedOnce()
    {
        var gaps = From(100);
        foreach (var serial in new uint[] { 101, 102, 105, 105, 105, 110 }) Assert.True(gaps.See(serial, 0));
        Assert.Equal(6, gaps.Missing(0, all: true));
    }

    [Fact]
    public void ALateRecordIsntLost()
    {
        var gaps = From(0);
        foreach (var serial in new uint[] { 5, 3, 1, 2, 2, 4, 8 }) gaps.See(serial, 0);
        Assert.Equal(2, gaps.Missing(0, all: true));
        gaps.See(6, 10_000);
        Assert.Equal(1, gaps.Missing(10_000, all: false));
    }

    [Fact]
    public void AMissingOneIsLostOnceItHasBeenForAWhile()
    {
        var gaps = From(0);
        gaps.See(3, 1000);
        Assert.Equal((0, 2), (gaps.Missing(1000, all: false), gaps.Missing(1000, all: true)));
        Assert.Equal(2, gaps.Missing(1000 + SerialGaps.SettleMilliseconds, all: false));
    }

    [Fact]
    public void WhatIsOlderThanTheStartIsNotOfIt()
    {
        var gaps = new SerialGaps();
        Assert.False(gaps.See(1, 0));
        gaps.Start(50);
        Assert.False(gaps.See(50, 0));
        Assert.False(gaps.See(7, 0));
        Assert.True(gaps.See(51, 0));
        Assert.Equal(0, gaps.Missing(0, all: true));
    }

    [Fact]
    public void TheCountGoesOnBeyond32Bits()
    {
        var gaps = From(uint.MaxValue - 1);
        foreach (var serial in new uint[] { uint.MaxValue, 1, 0, 3 }) Assert.True(gaps.See(serial, 0));
        Assert.Equal(1, gaps.Missing(0, all: true));
    }

    // Against the plain set of numbers that never came.
    [Fact]
    public void AnyOrderGivesTheSameCount()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var all = Enumerable.Range(1, 3000).ToArray();
            var came = all.Where(_ => random.Next(10) > 2).ToArray();
            // Each at most 40 places from its own.
            var order = came.Select((serial, i) => (serial, Key: i + random.Next(40))).OrderBy(p => p.Key).Select(p => p.serial).Append(3001);
            var gaps = From(0);
            foreach (var serial in order) gaps.See((uint)serial, 0);
            Assert.Equal(all.Length - came.Length, gaps.Missing(0, all: true));
        }
    }

    [Fact]
    public void ManyGapsCostABoundedMemory()
    {
        var gaps = From(0);
        for (var serial = 2u; serial < 200_000; serial += 2) gaps.See(serial, 0);
        Assert.Equal(99_999, gaps.Missing(0, all: true));
    }

    private static SerialGaps From(uint serial)
    {
        var gaps = new SerialGaps();
        gaps.Start(serial);
        return gaps;
    }
}
