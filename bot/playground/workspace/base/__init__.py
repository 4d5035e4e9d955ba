"""What every room of the simulated workspace uses: its clock, its ids, its values."""
