"""Order exports of shops' back offices, known by their headings and read without being told how."""
